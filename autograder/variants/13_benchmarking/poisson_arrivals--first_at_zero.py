# Starts with a query at 0, as LoadGen does.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}")
    n = 100 + int(2 * target_qps * duration_ns / NS_PER_S)
    gaps_ns = rng.exponential(NS_PER_S / target_qps, n)
    gaps_ns[0] = 0
    arrivals_ns = np.cumsum(gaps_ns).astype(np.int64)
    return arrivals_ns[arrivals_ns < duration_ns]
