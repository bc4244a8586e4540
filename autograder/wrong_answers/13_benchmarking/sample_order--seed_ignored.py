# Draws from numpy's global generator.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    return np.random.randint(0, n_samples, size=n_queries)
