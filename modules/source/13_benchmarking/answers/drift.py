# %% wrong: divides_by_zero
# Divides by the median where every latency is 0.
#| export validator
def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    from scipy import stats

    if len(latency_ns) < 200:
        return None
    medians = [float(np.median(batch)) for batch in np.array_split(latency_ns, 20)]
    total = 19 * float(stats.theilslopes(medians).slope) / float(np.median(medians))
    if abs(total) <= least or not stats.kendalltau(range(20), medians).pvalue < 0.01:
        return None
    return Pitfall("drift", "latency drifted", f"{total:+.0%} over 20 batches", "let the machine settle")

# %% wrong: five_in_a_hundred
# Takes the usual threshold of 0.05.
#| export validator
def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    from scipy import stats

    if len(latency_ns) < 200:
        return None
    medians = [float(np.median(batch)) for batch in np.array_split(latency_ns, 20)]
    if max(medians) == min(medians) or stats.kendalltau(range(20), medians).pvalue >= 0.05:
        return None
    total = 19 * float(stats.theilslopes(medians).slope) / float(np.median(medians))
    if abs(total) <= least:
        return None
    return Pitfall("drift", "latency drifted", f"{total:+.0%} over 20 batches", "let the machine settle")

# %% wrong: fixed_size
# Never asks what `least` is.
#| export validator
def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    from scipy import stats

    if len(latency_ns) < 200:
        return None
    medians = [float(np.median(batch)) for batch in np.array_split(latency_ns, 20)]
    if max(medians) == min(medians) or stats.kendalltau(range(20), medians).pvalue >= 0.01:
        return None
    total = 19 * float(stats.theilslopes(medians).slope) / float(np.median(medians))
    if abs(total) <= 0.05:
        return None
    return Pitfall("drift", "latency drifted", f"{total:+.0%} over 20 batches", "let the machine settle")

# %% wrong: last_minus_first
# Takes the difference between the last and the first batch for the size.
#| export validator
def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    from scipy import stats

    if len(latency_ns) < 200:
        return None
    medians = [float(np.median(batch)) for batch in np.array_split(latency_ns, 20)]
    if max(medians) == min(medians) or stats.kendalltau(range(20), medians).pvalue >= 0.01:
        return None
    total = (medians[-1] - medians[0]) / float(np.median(medians))
    if abs(total) <= least:
        return None
    return Pitfall("drift", "latency drifted", f"{total:+.0%} over 20 batches", "let the machine settle")

# %% wrong: least_itself
# Reports what is as large as `least`.
#| export validator
def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    from scipy import stats

    if len(latency_ns) < 200:
        return None
    medians = [float(np.median(batch)) for batch in np.array_split(latency_ns, 20)]
    if max(medians) == min(medians) or stats.kendalltau(range(20), medians).pvalue >= 0.01:
        return None
    total = 19 * float(stats.theilslopes(medians).slope) / float(np.median(medians))
    if abs(total) < least:
        return None
    return Pitfall("drift", "latency drifted", f"{total:+.0%} over 20 batches", "let the machine settle")

# %% wrong: means
# Takes the mean of each batch, which follows a few stalls.
#| export validator
def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    from scipy import stats

    if len(latency_ns) < 200:
        return None
    medians = [float(np.mean(batch)) for batch in np.array_split(latency_ns, 20)]
    if max(medians) == min(medians) or stats.kendalltau(range(20), medians).pvalue >= 0.01:
        return None
    total = 19 * float(stats.theilslopes(medians).slope) / float(np.median(medians))
    if abs(total) <= least:
        return None
    return Pitfall("drift", "latency drifted", f"{total:+.0%} over 20 batches", "let the machine settle")

# %% wrong: one_in_a_hundred_thousand
# Asks for more certainty than was agreed.
#| export validator
def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    from scipy import stats

    if len(latency_ns) < 200:
        return None
    medians = [float(np.median(batch)) for batch in np.array_split(latency_ns, 20)]
    if max(medians) == min(medians) or stats.kendalltau(range(20), medians).pvalue >= 0.001:
        return None
    total = 19 * float(stats.theilslopes(medians).slope) / float(np.median(medians))
    if abs(total) <= least:
        return None
    return Pitfall("drift", "latency drifted", f"{total:+.0%} over 20 batches", "let the machine settle")

# %% wrong: only_slower
# Sees only latency that rises.
#| export validator
def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    from scipy import stats

    if len(latency_ns) < 200:
        return None
    medians = [float(np.median(batch)) for batch in np.array_split(latency_ns, 20)]
    if max(medians) == min(medians) or stats.kendalltau(range(20), medians).pvalue >= 0.01:
        return None
    total = 19 * float(stats.theilslopes(medians).slope) / float(np.median(medians))
    if total <= least:
        return None
    return Pitfall("drift", "latency drifted", f"{total:+.0%} over 20 batches", "let the machine settle")

# %% wrong: over_200
# Needs more than 200 latencies.
#| export validator
def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    from scipy import stats

    if len(latency_ns) <= 200:
        return None
    medians = [float(np.median(batch)) for batch in np.array_split(latency_ns, 20)]
    if max(medians) == min(medians) or stats.kendalltau(range(20), medians).pvalue >= 0.01:
        return None
    total = 19 * float(stats.theilslopes(medians).slope) / float(np.median(medians))
    if abs(total) <= least:
        return None
    return Pitfall("drift", "latency drifted", f"{total:+.0%} over 20 batches", "let the machine settle")

# %% wrong: any_length
# Cuts whatever it gets into batches.
#| export validator
def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    from scipy import stats

    if len(latency_ns) < 20:
        return None
    medians = [float(np.median(batch)) for batch in np.array_split(latency_ns, 20)]
    if max(medians) == min(medians) or stats.kendalltau(range(20), medians).pvalue >= 0.01:
        return None
    total = 19 * float(stats.theilslopes(medians).slope) / float(np.median(medians))
    if abs(total) <= least:
        return None
    return Pitfall("drift", "latency drifted", f"{total:+.0%} over 20 batches", "let the machine settle")

# %% wrong: trend_is_enough
# Reports every trend, however small.
#| export validator
def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    from scipy import stats

    if len(latency_ns) < 200:
        return None
    medians = [float(np.median(batch)) for batch in np.array_split(latency_ns, 20)]
    if max(medians) == min(medians) or stats.kendalltau(range(20), medians).pvalue >= 0.01:
        return None
    total = 19 * float(stats.theilslopes(medians).slope) / float(np.median(medians))
    return Pitfall("drift", "latency drifted", f"{total:+.0%} over 20 batches", "let the machine settle")

# %% wrong: other_name
# Calls it a trend.
#| export validator
def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    from scipy import stats

    if len(latency_ns) < 200:
        return None
    medians = [float(np.median(batch)) for batch in np.array_split(latency_ns, 20)]
    if max(medians) == min(medians) or stats.kendalltau(range(20), medians).pvalue >= 0.01:
        return None
    total = 19 * float(stats.theilslopes(medians).slope) / float(np.median(medians))
    if abs(total) <= least:
        return None
    return Pitfall("trend", "latency drifted", f"{total:+.0%} over 20 batches", "let the machine settle")

# %% right: conditions
# Nests the conditions, the cheapest first.
#| export validator
def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    from scipy.stats import kendalltau, theilslopes

    if len(latency_ns) >= 200:
        medians = np.array([np.median(part) for part in np.array_split(np.asarray(latency_ns), 20)])
        if np.ptp(medians) > 0 and kendalltau(range(20), medians).pvalue < 0.01:
            slope, *_ = theilslopes(medians)
            change = slope / np.median(medians) * 19
            if change > least or change < -least:
                return Pitfall("drift", "the machine was not steady", f"{change:.1%} in all", "run again")
    return None

# %% right: explicit_ranks
# Counts the pairs for Kendall's test and takes the median slope by itself.
#| export validator
def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    from scipy.stats import kendalltau

    if latency_ns.size < 200:
        return None
    bounds = np.cumsum([0] + [len(part) for part in np.array_split(np.arange(latency_ns.size), 20)])
    medians = [float(np.median(latency_ns[a:b])) for a, b in zip(bounds[:-1], bounds[1:])]
    if len(set(medians)) == 1:
        return None
    slopes = [(medians[j] - medians[i]) / (j - i) for i in range(20) for j in range(i + 1, 20)]
    total = float(np.median(slopes)) * 19 / float(np.median(medians))
    trend = kendalltau(np.arange(20), medians)
    if not trend.pvalue < 0.01 or not abs(total) > least:
        return None
    return Pitfall(
        name="drift", claim="latency drifts", evidence=f"{total:+.1%}, p = {trend.pvalue:.2g}", remedy="run longer"
    )

# %% right: unpacked
# Unpacks what scipy returns.
#| export validator
def drift(latency_ns: IntArray, least: float = 0.05) -> Pitfall | None:
    from scipy import stats

    if not len(latency_ns) >= 200:
        return None
    centres = list(map(np.median, np.array_split(latency_ns, 20)))
    _, p = stats.kendalltau(range(20), centres)
    slope, _, _, _ = stats.theilslopes(centres, range(20))
    middle = np.median(centres)
    found = p < 0.01 and abs(slope * 19) > least * middle
    return Pitfall("drift", "latency drifted", f"{slope:+.3g} ns a batch", "wait until it is steady") if found else None

# %% equivalent: no_such_p_value
# In 20 medians that differ, p-values come in steps: the last below 0.01 is 0.0091, the next 0.0111.
# - if flat or stats.kendalltau(range(20), medians).pvalue >= 0.01:
# + if flat or stats.kendalltau(range(20), medians).pvalue > 0.01:
# + if flat or stats.kendalltau(range(20), medians).pvalue >= 0.011:

# %% equivalent: either_way_round
# Kendall's tau of two rows is the same whichever comes first.
# - if flat or stats.kendalltau(range(20), medians).pvalue >= 0.01:
# + if flat or stats.kendalltau(medians, range(20)).pvalue >= 0.01:

# %% equivalent: words
# Only the name is asked for; what claim, evidence and remedy say is the student's.
# - evidence = f'{total:+.0%} from the first to the last of 20 batches'
# + evidence = ''

# %% equivalent: words_2
# Only the name is asked for; what claim, evidence and remedy say is the student's.
# - remedy = 'let the machine settle, close other programs, run again'
# + remedy = ''

# %% equivalent: words_3
# Only the name is asked for; what claim, evidence and remedy say is the student's.
# - return Pitfall('drift', 'latency drifted', evidence, remedy)
# + return Pitfall('drift', evidence, 'latency drifted', remedy)
# + return Pitfall('drift', 'latency drifted', remedy, evidence)
# + return Pitfall('drift', 'latency driftedXX', evidence, remedy)
