# Shuffles all samples, again and again: none comes twice in a row of n.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    rounds = -(-n_queries // n_samples)
    return np.concatenate([rng.permutation(n_samples) for _ in range(rounds)])[:n_queries]
