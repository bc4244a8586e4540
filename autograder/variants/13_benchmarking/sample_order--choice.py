# Chooses from the indices.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    return rng.choice(n_samples, size=n_queries, replace=True)
