# %% wrong: divides_by_zero
# Divides by a MAD of 0 and finds nothing.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    median = float(np.median(latency_ns))
    mad = float(np.median(np.abs(latency_ns - median)))
    if mad == 0 or (latency_ns[0] - median) / mad <= 14.8:
        return None
    return Pitfall("cold start", "the first call was cold", f"{latency_ns[0]} ns against {median:.0f} ns", "warm up first")

# %% wrong: either_side
# Takes an unusually fast first call for a cold one.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    median = float(np.median(latency_ns))
    mad = float(np.median(np.abs(latency_ns - median)))
    if abs(latency_ns[0] - median) <= 14.8 * mad:
        return None
    return Pitfall("cold start", "the first call was cold", f"{latency_ns[0]} ns against {median:.0f} ns", "warm up first")

# %% wrong: mean_and_sd
# Uses mean and standard deviation, which the outlier itself moves.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    mean, sd = float(np.mean(latency_ns)), float(np.std(latency_ns))
    if latency_ns[0] - mean <= 14.8 * sd:
        return None
    return Pitfall("cold start", "the first call was cold", f"{latency_ns[0]} ns against {mean:.0f} ns", "warm up first")

# %% wrong: other_name
# Finds it and calls it something else.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    median = float(np.median(latency_ns))
    mad = float(np.median(np.abs(latency_ns - median)))
    if latency_ns[0] - median <= 14.8 * mad:
        return None
    return Pitfall("outlier", "the first call was cold", f"{latency_ns[0]} ns against {median:.0f} ns", "warm up first")

# %% wrong: slowest_call
# Looks at the slowest call, wherever it is.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    median = float(np.median(latency_ns))
    mad = float(np.median(np.abs(latency_ns - median)))
    if max(latency_ns) - median <= 14.8 * mad:
        return None
    return Pitfall("cold start", "a call was cold", f"{max(latency_ns)} ns against {median:.0f} ns", "warm up first")

# %% wrong: three_deviations
# Takes 3 for the threshold: ordinary for a MAD.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    median = float(np.median(latency_ns))
    mad = float(np.median(np.abs(latency_ns - median)))
    if latency_ns[0] - median <= 3 * mad:
        return None
    return Pitfall("cold start", "the first call was cold", f"{latency_ns[0]} ns against {median:.0f} ns", "warm up first")

# %% wrong: six_deviations
# Takes 6 for the threshold.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    median = float(np.median(latency_ns))
    mad = float(np.median(np.abs(latency_ns - median)))
    if latency_ns[0] - median <= 6 * mad:
        return None
    return Pitfall("cold start", "the first call was cold", f"{latency_ns[0]} ns against {median:.0f} ns", "warm up first")

# %% wrong: fifty_deviations
# Takes 50 for the threshold.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    median = float(np.median(latency_ns))
    mad = float(np.median(np.abs(latency_ns - median)))
    if latency_ns[0] - median <= 50 * mad:
        return None
    return Pitfall("cold start", "the first call was cold", f"{latency_ns[0]} ns against {median:.0f} ns", "warm up first")

# %% wrong: of_the_rest
# Leaves the first latency out of median and MAD.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    median = float(np.median(latency_ns[1:]))
    mad = float(np.median(np.abs(latency_ns[1:] - median)))
    if latency_ns[0] - median <= 14.8 * mad:
        return None
    return Pitfall("cold start", "the first call was cold", f"{latency_ns[0]} ns against {median:.0f} ns", "warm up first")

# %% wrong: exactly_fourteen
# Counts the threshold itself as over it.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    median = float(np.median(latency_ns))
    mad = float(np.median(np.abs(latency_ns - median)))
    if latency_ns[0] <= median or latency_ns[0] - median < 14.8 * mad:
        return None
    return Pitfall("cold start", "the first call was cold", f"{latency_ns[0]} ns against {median:.0f} ns", "warm up first")

# %% wrong: no_evidence
# Says that it was slow and shows nothing.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    median = float(np.median(latency_ns))
    mad = float(np.median(np.abs(latency_ns - median)))
    if latency_ns[0] - median <= 14.8 * mad:
        return None
    return Pitfall("cold start", "the first call was cold", "the first call was slow", "warm up first")

# %% right: divide_unless_zero
# Divides where it can.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    first, rest = float(latency_ns[0]), np.asarray(latency_ns, dtype=float)
    deviation = np.median(np.abs(rest - np.median(rest)))
    distance = first - np.median(rest)
    z = distance / deviation if deviation > 0 else math.copysign(math.inf, distance) if distance else 0.0
    found = Pitfall("cold start", "the first call is an outlier", f"{first} ns, median {np.median(rest)}", "discard a warm-up")
    return found if z > 14.8 else None

# %% right: median_abs_deviation
# Has scipy compute the MAD.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    from scipy.stats import median_abs_deviation

    middle = np.median(latency_ns)
    excess = latency_ns[0] - middle
    if excess > 14.8 * median_abs_deviation(latency_ns):
        return Pitfall("cold start", "first call slow", f"{excess / 1e6:.3f} ms over {middle / 1e6:.3f} ms", "warm up")
    return None

# %% right: sorted
# Takes medians of sorted lists.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    def middle(values: list[float]) -> float:
        ordered = sorted(values)
        half = len(ordered) // 2
        return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2

    times = [float(t) for t in latency_ns]
    centre = middle(times)
    spread = middle([abs(t - centre) for t in times])
    cold = times[0] > centre if spread == 0 else (times[0] - centre) / spread > 14.8
    if not cold:
        return None
    return Pitfall(
        name="cold start", claim="cold caches", evidence=f"{times[0]:g} ns, usually {centre:g} ns", remedy="warm up"
    )

