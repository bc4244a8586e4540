# Draws gaps in chunks until the duration is full, by the inverse of the distribution.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if target_qps <= 0 or target_qps == math.inf or target_qps != target_qps:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}")
    gaps = np.zeros(0)
    while gaps.sum() < duration_ns:
        more = -np.log1p(-rng.random(1000)) * (NS_PER_S / target_qps)
        gaps = np.concatenate([gaps, more])
    arrivals = gaps.cumsum().astype("int64")
    return arrivals[: np.searchsorted(arrivals, duration_ns)]
