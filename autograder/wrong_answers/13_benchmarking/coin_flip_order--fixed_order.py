# The first arm always goes first.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    return np.tile(np.arange(n_arms), (n_queries, 1))
