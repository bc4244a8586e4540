# Adds up gaps in seconds and calls them nanoseconds.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    n = int(2 * target_qps * duration_ns / NS_PER_S) + 50
    arrivals = np.cumsum(rng.exponential(1 / target_qps, size=n)).astype(np.int64)
    return arrivals[arrivals < duration_ns]
