# Draws from a generator of its own.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    own = np.random.default_rng()
    return own.permuted(np.tile(np.arange(n_arms), (n_queries, 1)), axis=1)
