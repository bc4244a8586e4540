# Every second row is the one before it turned around.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    rows = rng.permuted(np.tile(np.arange(n_arms), (n_queries, 1)), axis=1)
    rows[1::2] = rows[: 2 * (n_queries // 2) : 2, ::-1]
    return rows
