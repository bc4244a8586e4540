# One permutation a query.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    return np.array([rng.permutation(n_arms) for _ in range(n_queries)], dtype=np.int64).reshape(n_queries, n_arms)
