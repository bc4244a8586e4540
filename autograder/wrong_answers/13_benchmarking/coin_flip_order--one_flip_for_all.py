# Flips once and keeps that order for every query.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    return np.tile(rng.permutation(n_arms), (n_queries, 1))
