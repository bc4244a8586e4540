# Has scipy compute the MAD.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    from scipy.stats import median_abs_deviation

    middle = np.median(latency_ns)
    excess = latency_ns[0] - middle
    if excess > 14.8 * median_abs_deviation(latency_ns):
        return Pitfall("cold start", "first call slow", f"{excess:.0f} ns over the median", "warm up")
    return None
