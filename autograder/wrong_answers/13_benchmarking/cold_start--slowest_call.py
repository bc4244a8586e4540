# Looks at the slowest call, wherever it is.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    median = float(np.median(latency_ns))
    mad = float(np.median(np.abs(latency_ns - median)))
    if max(latency_ns) - median <= 14.8 * mad:
        return None
    return Pitfall("cold start", "a call was cold", f"{max(latency_ns)} ns against {median:.0f} ns", "warm up first")
