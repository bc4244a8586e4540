# Takes the upper end of integers() for inclusive.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    return rng.integers(0, n_samples - 1, size=n_queries)
