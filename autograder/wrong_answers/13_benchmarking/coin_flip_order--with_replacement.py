# Draws each place by itself, so an arm may come twice.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    return rng.integers(0, n_arms, size=(n_queries, n_arms))
