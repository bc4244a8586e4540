# Shuffles each row in place.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    order = np.empty((n_queries, n_arms), dtype=np.int64)
    for row in order:
        row[:] = range(n_arms)
        rng.shuffle(row)
    return order
