# Divides by a MAD of 0 and finds nothing.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    median = float(np.median(latency_ns))
    mad = float(np.median(np.abs(latency_ns - median)))
    if mad == 0 or (latency_ns[0] - median) / mad <= 14.8:
        return None
    return Pitfall("cold start", "the first call was cold", f"{latency_ns[0]} ns against {median:.0f} ns", "warm up first")
