# Uses mean and standard deviation, which the outlier itself moves.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    mean, sd = float(np.mean(latency_ns)), float(np.std(latency_ns))
    if latency_ns[0] - mean <= 14.8 * sd:
        return None
    return Pitfall("cold start", "the first call was cold", f"{latency_ns[0]} ns against {mean:.0f} ns", "warm up first")
