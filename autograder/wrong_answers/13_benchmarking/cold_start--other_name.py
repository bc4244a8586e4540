# Finds it and calls it something else.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    median = float(np.median(latency_ns))
    mad = float(np.median(np.abs(latency_ns - median)))
    if latency_ns[0] - median <= 14.8 * mad:
        return None
    return Pitfall("outlier", "the first call was cold", f"{latency_ns[0]} ns against {median:.0f} ns", "warm up first")
