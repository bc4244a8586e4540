# Keeps the arrival that passes the end.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    arrivals = [rng.exponential(NS_PER_S / target_qps)]
    while arrivals[-1] < duration_ns:
        arrivals.append(arrivals[-1] + rng.exponential(NS_PER_S / target_qps))
    return np.array(arrivals).astype(np.int64)
