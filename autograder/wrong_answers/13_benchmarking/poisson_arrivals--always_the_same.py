# Draws from a generator with a seed of its own: every run is the same run.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    own = np.random.default_rng(0)
    n = int(2 * target_qps * duration_ns / NS_PER_S) + 50
    arrivals = np.cumsum(own.exponential(NS_PER_S / target_qps, size=n)).astype(np.int64)
    return arrivals[arrivals < duration_ns]
