# %% wrong: in_order
# Walks through the samples in order.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    return (np.arange(n_queries) + rng.integers(n_samples)) % n_samples

# %% wrong: last_never_drawn
# Takes the upper end of integers() for inclusive.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    return rng.integers(0, n_samples - 1, size=n_queries)

# %% wrong: one_too_far
# Draws an index that no sample has.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    return rng.integers(0, n_samples, size=n_queries, endpoint=True)

# %% wrong: seed_ignored
# Draws from numpy's global generator.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    return np.random.randint(0, n_samples, size=n_queries)

# %% wrong: without_replacement
# Shuffles all samples, again and again: none comes twice in a row of n.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    rounds = -(-n_queries // n_samples)
    return np.concatenate([rng.permutation(n_samples) for _ in range(rounds)])[:n_queries]

# %% right: choice
# Chooses from the indices.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    return rng.choice(n_samples, size=n_queries, replace=True)

# %% right: floor
# Scales uniform numbers and rounds down.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    return np.floor(rng.random(n_queries) * n_samples).astype(np.int64)

# %% right: loop
# Draws one index at a time.
#| export schedule
def sample_order(n_queries: int, n_samples: int, rng: np.random.Generator) -> IntArray:
    return np.array([int(rng.integers(n_samples)) for _ in range(n_queries)], dtype=np.int64)

# %% equivalent: defaults_of_numpy
# With one bound integers() starts at 0, and int64 is its default.
# - return rng.integers(0, n_samples, size=n_queries, dtype=np.int64)
# + return rng.integers(n_samples, size=n_queries, dtype=np.int64)
# + return rng.integers(0, n_samples, size=n_queries)
