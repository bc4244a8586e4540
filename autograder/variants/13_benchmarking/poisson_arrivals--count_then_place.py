# Draws how many, then where, then sorts: the same process.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not np.isfinite(target_qps) or target_qps <= 0:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}")
    count = rng.poisson(target_qps * duration_ns / NS_PER_S)
    return np.sort(rng.integers(0, duration_ns, size=count))
