# Scales uniform numbers and rounds down.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    return np.floor(rng.random(n_queries) * n_samples).astype(np.int64)
