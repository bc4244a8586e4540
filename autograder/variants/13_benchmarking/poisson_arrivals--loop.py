# Adds one gap at a time.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not (math.isfinite(target_qps) and target_qps > 0):
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}")
    times = []
    now = 0.0
    while True:
        now += rng.exponential(1.0) * NS_PER_S / target_qps
        if now >= duration_ns:
            return np.array(times, dtype=np.int64)
        times.append(int(now))
