# Walks through the samples in order.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    return (np.arange(n_queries) + rng.integers(n_samples)) % n_samples
