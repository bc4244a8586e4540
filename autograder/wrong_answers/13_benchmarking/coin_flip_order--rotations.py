# Only rotates the arms: with three of them half of the orders never come.
#| export schedule
def coin_flip_order(n_queries: int, n_arms: int, rng: np.random.Generator) -> IntArray:
    first = rng.integers(0, n_arms, size=(n_queries, 1))
    return (first + np.arange(n_arms)) % n_arms
