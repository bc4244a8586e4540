# Throws the arrivals on the line and leaves them as they fell.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    n = rng.poisson(target_qps * duration_ns / NS_PER_S)
    return rng.integers(0, duration_ns, size=n)
