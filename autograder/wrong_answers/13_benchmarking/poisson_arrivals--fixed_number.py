# Draws exactly rate times duration gaps: when they run out early, the end of the run is empty.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    n = int(target_qps * duration_ns / NS_PER_S)
    arrivals = np.cumsum(rng.exponential(NS_PER_S / target_qps, size=n)).astype(np.int64)
    return arrivals[arrivals < duration_ns]
