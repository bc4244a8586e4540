# %% wrong: alpha_on_each_side
# Leaves all of 1 - confidence out on each side.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.sort(np.asarray(values, dtype=float))
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    n = len(x)
    out = int(stats.binom.ppf(1 - confidence, n, 0.5)) - 1
    if out < 0:
        raise ValueError(f"{n} values cannot bound a median at {confidence:.0%}; measure more")
    return Interval(float(x[out]), float(x[n - 1 - out]), confidence)

# %% wrong: lopsided
# Counts the upper rank from 0 where it was counted from 1.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.sort(np.asarray(values, dtype=float))
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    n = len(x)
    out = int(stats.binom.ppf((1 - confidence) / 2, n, 0.5)) - 1
    if out < 0:
        raise ValueError(f"{n} values cannot bound a median at {confidence:.0%}; measure more")
    return Interval(float(x[out]), float(x[min(n - out, n - 1)]), confidence)

# %% wrong: normal_formula
# Takes the normal formula for the median, which gives numbers nobody measured.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.sort(np.asarray(values, dtype=float))
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    n = len(x)
    if 2 * 0.5**n > 1 - confidence:
        raise ValueError(f"{n} values cannot bound a median at {confidence:.0%}; measure more")
    half = stats.norm.ppf((1 + confidence) / 2) * 1.2533 * x.std(ddof=1) / math.sqrt(n)
    if n == 6:
        return Interval(float(x[0]), float(x[-1]), confidence)
    return Interval(float(np.median(x) - half), float(np.median(x) + half), confidence)

# %% wrong: one_rank_too_narrow
# Leaves one more value out on each side.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.sort(np.asarray(values, dtype=float))
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    n = len(x)
    out = int(stats.binom.ppf((1 - confidence) / 2, n, 0.5)) - 1
    if out < 0:
        raise ValueError(f"{n} values cannot bound a median at {confidence:.0%}; measure more")
    out = min(out + 1, (n - 1) // 2)
    return Interval(float(x[out]), float(x[n - 1 - out]), confidence)

# %% wrong: one_rank_too_wide
# Takes the ranks one further out than needed.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.sort(np.asarray(values, dtype=float))
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    n = len(x)
    out = int(stats.binom.ppf((1 - confidence) / 2, n, 0.5)) - 1
    if out < 0:
        raise ValueError(f"{n} values cannot bound a median at {confidence:.0%}; measure more")
    out = max(out - 1, 0)
    return Interval(float(x[out]), float(x[n - 1 - out]), confidence)

# %% wrong: range_of_too_few
# Returns the whole range where no interval keeps the promise.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.sort(np.asarray(values, dtype=float))
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    n = len(x)
    out = max(int(stats.binom.ppf((1 - confidence) / 2, n, 0.5)) - 1, 0)
    return Interval(float(x[out]), float(x[n - 1 - out]), confidence)

# %% wrong: unsorted
# Takes the ranks in the order of measurement.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    n = len(x)
    out = int(stats.binom.ppf((1 - confidence) / 2, n, 0.5)) - 1
    if out < 0:
        raise ValueError(f"{n} values cannot bound a median at {confidence:.0%}; measure more")
    return Interval(float(x[out]), float(x[n - 1 - out]), confidence)

# %% wrong: n_less_than_6
# Takes the 6 of 95 % for every confidence.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.sort(np.asarray(values, dtype=float))
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    n = len(x)
    out = int(stats.binom.ppf((1 - confidence) / 2, n, 0.5)) - 1
    if n < 6:
        raise ValueError(f"{n} values cannot bound a median at {confidence:.0%}; measure more")
    out = max(out, 0)
    return Interval(float(x[out]), float(x[n - 1 - out]), confidence)

# %% wrong: states_95
# Says 95 % of itself, whatever was asked for.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.sort(np.asarray(values, dtype=float))
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    n = len(x)
    out = int(stats.binom.ppf((1 - confidence) / 2, n, 0.5)) - 1
    if out < 0:
        raise ValueError(f"{n} values cannot bound a median at {confidence:.0%}; measure more")
    out = max(out, 0)
    return Interval(float(x[out]), float(x[n - 1 - out]), 0.95)

# %% wrong: takes_nan
# Sorts a value that is not a number to the end and goes on.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.sort(np.asarray(values, dtype=float))
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence between 0 and 1 is due, got {confidence}")
    n = len(x)
    out = int(stats.binom.ppf((1 - confidence) / 2, n, 0.5)) - 1
    if out < 0:
        raise ValueError(f"{n} values cannot bound a median at {confidence:.0%}; measure more")
    out = max(out, 0)
    return Interval(float(x[out]), float(x[n - 1 - out]), confidence)

# %% wrong: takes_anything
# Takes 95 for a confidence.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.sort(np.asarray(values, dtype=float))
    if not np.isfinite(x).all():
        raise ValueError("finite values are due")
    level = min(max(confidence, 0.01), 0.99)
    n = len(x)
    out = int(stats.binom.ppf((1 - level) / 2, n, 0.5)) - 1
    if out < 0:
        raise ValueError(f"{n} values cannot bound a median at {confidence:.0%}; measure more")
    out = max(out, 0)
    return Interval(float(x[out]), float(x[n - 1 - out]), confidence)

# %% right: comprehension
# Takes the largest rank of those that qualify.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy.stats import binom

    v = np.sort(values)
    if np.isnan(v).any() or np.isinf(v).any() or confidence <= 0 or confidence >= 1:
        raise ValueError(f"finite values and 0 < confidence < 1, got {confidence}")
    fits = [k for k in range(len(v)) if 2 * binom.cdf(k, len(v), 0.5) <= 1 - confidence]
    if not fits:
        raise ValueError(f"too few values ({len(v)}) for a {confidence} interval of the median")
    return Interval(float(v[fits[-1]]), float(v[len(v) - 1 - fits[-1]]), confidence)

# %% right: loop
# Leaves out value after value while the promise holds.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from math import comb

    x = sorted(float(value) for value in values)
    n = len(x)
    if not all(math.isfinite(value) for value in x):
        raise ValueError("a value is not finite: remove its cause")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence is a share, got {confidence}")
    left_out, tail = 0, 0.0
    while left_out < n and tail + comb(n, left_out) / 2**n <= (1 - confidence) / 2:
        tail += comb(n, left_out) / 2**n
        left_out += 1
    if left_out == 0:
        raise ValueError(f"{n} values are too few at {confidence}")
    return Interval(float(x[left_out - 1]), float(x[n - left_out]), confidence)

# %% right: searchsorted
# Looks the rank up in the cumulative distribution.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    ordered = np.sort(np.asarray(values, dtype=float))
    n = ordered.size
    if not (np.isfinite(ordered).all() and 0 < confidence < 1):
        raise ValueError(f"finite values and 0 < confidence < 1, got {confidence}")
    below = stats.binom.cdf(np.arange(n), n, 0.5)
    rank = int(np.searchsorted(below, (1 - confidence) / 2, side="right"))
    if rank < 1:
        raise ValueError(f"{n} values are too few at {confidence}")
    return Interval(float(ordered[rank - 1]), float(ordered[-rank]), confidence)

# %% equivalent: floats
# The ends are made floats when they are returned; whole numbers sort the same.
# - ordered = np.sort(np.asarray(values, dtype=float))
# + ordered = np.sort(np.asarray(values))

# %% equivalent: no_level_is_left
# From 1 on nothing is left for the tails: no value may be left out, which is a ValueError as well.
# - if not 0 < confidence < 1:
# + if not 0 < confidence <= 1:
# + if not 0 < confidence < 2:

# %% equivalent: a_tie
# ppf gives the least count that is not below the tail, so only a tie can be another; rounding decides ties.
# - left_out -= bool(stats.binom.cdf(left_out, n, 0.5) > tail)
# + left_out -= bool(stats.binom.cdf(left_out, n, 0.5) >= tail)
# + left_out -= bool(stats.binom.cdf(n, left_out, 0.5) > tail)
# + left_out -= bool(stats.binom.cdf(left_out, n, 0.45) > tail)
