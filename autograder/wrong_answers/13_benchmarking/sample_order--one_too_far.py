# Draws an index that no sample has.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    return rng.integers(0, n_samples, size=n_queries, endpoint=True)
