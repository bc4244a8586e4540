# Draws one index at a time.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    return np.array([int(rng.integers(n_samples)) for _ in range(n_queries)], dtype=np.int64)
