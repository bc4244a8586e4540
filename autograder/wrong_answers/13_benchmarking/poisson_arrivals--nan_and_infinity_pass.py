# Refuses what is not positive; for nan and infinity it returns an empty schedule.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if target_qps <= 0:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    arrivals = []
    t = rng.exponential(NS_PER_S / target_qps)
    while 0 < t < duration_ns:
        arrivals.append(int(t))
        t += rng.exponential(NS_PER_S / target_qps)
    return np.array(arrivals, dtype=np.int64)
