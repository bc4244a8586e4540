# %% wrong: abba
# Every second row is the one before it turned around.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    rows = rng.permuted(np.tile(np.arange(n_arms), (n_queries, 1)), axis=1)
    rows[1::2] = rows[: 2 * (n_queries // 2) : 2, ::-1]
    return rows

# %% wrong: fixed_order
# The first arm always goes first.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    return np.tile(np.arange(n_arms), (n_queries, 1))

# %% wrong: one_flip_for_all
# Flips once and keeps that order for every query.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    return np.tile(rng.permutation(n_arms), (n_queries, 1))

# %% wrong: rotations
# Only rotates the arms: with three of them half of the orders never come.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    first = rng.integers(0, n_arms, size=(n_queries, 1))
    return (first + np.arange(n_arms)) % n_arms

# %% wrong: seed_ignored
# Draws from a generator of its own.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    own = np.random.default_rng()
    return own.permuted(np.tile(np.arange(n_arms), (n_queries, 1)), axis=1)

# %% wrong: with_replacement
# Draws each place by itself, so an arm may come twice.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    return rng.integers(0, n_arms, size=(n_queries, n_arms))

# %% wrong: two_columns
# Writes for two models, however many there are.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    first = rng.integers(0, 2, size=n_queries)
    return np.stack([first, 1 - first], axis=1)

# %% right: loop
# One permutation a query.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    return np.array([rng.permutation(n_arms) for _ in range(n_queries)], dtype=np.int64).reshape(n_queries, n_arms)

# %% right: shuffle_rows
# Shuffles each row in place.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    order = np.empty((n_queries, n_arms), dtype=np.int64)
    for row in order:
        row[:] = range(n_arms)
        rng.shuffle(row)
    return order

# %% right: sort_random_keys
# Sorts random keys.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    return np.argsort(rng.random((n_queries, n_arms)), axis=1)

# %% equivalent: defaults_of_numpy
# int64 is the default of arange on every platform of numpy 2.
# - rows = np.tile(np.arange(n_arms, dtype=np.int64), (n_queries, 1))
# + rows = np.tile(np.arange(n_arms), (n_queries, 1))
