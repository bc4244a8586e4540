# Sorts random keys.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    return np.argsort(rng.random((n_queries, n_arms)), axis=1)
