# Takes 3 for the threshold: ordinary for a MAD.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    median = float(np.median(latency_ns))
    mad = float(np.median(np.abs(latency_ns - median)))
    if latency_ns[0] - median <= 3 * mad:
        return None
    return Pitfall("cold start", "the first call was cold", f"{latency_ns[0]} ns against {median:.0f} ns", "warm up first")
