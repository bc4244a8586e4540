# %% wrong: a_point_of_one_value
# Gives one value an interval of no width.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    if len(x) < 2:
        return Interval(float(x.sum()), float(x.sum()), confidence)
    half = stats.t.ppf((1 + confidence) / 2, len(x) - 1) * x.std(ddof=1) / math.sqrt(len(x))
    return Interval(float(x.mean() - half), float(x.mean() + half), confidence)

# %% wrong: always_95
# Ignores the confidence that was asked for.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    if len(x) < 2:
        raise ValueError(f"an interval needs 2 values or more, got {len(x)}; measure again")
    half = stats.t.ppf(0.975, len(x) - 1) * x.std(ddof=1) / math.sqrt(len(x))
    return Interval(float(x.mean() - half), float(x.mean() + half), confidence)

# %% wrong: around_the_median
# Puts the interval around the median.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    if len(x) < 2:
        raise ValueError(f"an interval needs 2 values or more, got {len(x)}; measure again")
    half = stats.t.ppf((1 + confidence) / 2, len(x) - 1) * x.std(ddof=1) / math.sqrt(len(x))
    middle = np.median(x)
    return Interval(float(middle - half), float(middle + half), confidence)

# %% wrong: ddof_0
# Divides by n: numpy's default standard deviation.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    if len(x) < 2:
        raise ValueError(f"an interval needs 2 values or more, got {len(x)}; measure again")
    half = stats.t.ppf((1 + confidence) / 2, len(x) - 1) * x.std() / math.sqrt(len(x))
    return Interval(float(x.mean() - half), float(x.mean() + half), confidence)

# %% wrong: n_degrees_of_freedom
# Takes t with n degrees of freedom.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    if len(x) < 2:
        raise ValueError(f"an interval needs 2 values or more, got {len(x)}; measure again")
    half = stats.t.ppf((1 + confidence) / 2, len(x)) * x.std(ddof=1) / math.sqrt(len(x))
    return Interval(float(x.mean() - half), float(x.mean() + half), confidence)

# %% wrong: one_sided
# Leaves all of 1 - confidence out on each side.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    if len(x) < 2:
        raise ValueError(f"an interval needs 2 values or more, got {len(x)}; measure again")
    half = stats.t.ppf(confidence, len(x) - 1) * x.std(ddof=1) / math.sqrt(len(x))
    return Interval(float(x.mean() - half), float(x.mean() + half), confidence)

# %% wrong: sd_for_se
# Forgets the root of n: where single values lie, not where the mean lies.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    if len(x) < 2:
        raise ValueError(f"an interval needs 2 values or more, got {len(x)}; measure again")
    half = stats.t.ppf((1 + confidence) / 2, len(x) - 1) * x.std(ddof=1)
    return Interval(float(x.mean() - half), float(x.mean() + half), confidence)

# %% wrong: z_for_t
# Takes the normal quantile, as if the spread were known.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    if len(x) < 2:
        raise ValueError(f"an interval needs 2 values or more, got {len(x)}; measure again")
    half = stats.norm.ppf((1 + confidence) / 2) * x.std(ddof=1) / math.sqrt(len(x))
    return Interval(float(x.mean() - half), float(x.mean() + half), confidence)

# %% wrong: states_95
# Says 95 % of itself, whatever was asked for.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    if len(x) < 2:
        raise ValueError(f"an interval needs 2 values or more, got {len(x)}; measure again")
    half = stats.t.ppf((1 + confidence) / 2, len(x) - 1) * x.std(ddof=1) / math.sqrt(len(x))
    return Interval(float(x.mean() - half), float(x.mean() + half), 0.95)

# %% wrong: takes_nan
# Makes an interval from nan to nan of a value that is not a number.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence between 0 and 1 is due, got {confidence}")
    if len(x) < 2:
        raise ValueError(f"an interval needs 2 values or more, got {len(x)}; measure again")
    half = stats.t.ppf((1 + confidence) / 2, len(x) - 1) * x.std(ddof=1) / math.sqrt(len(x))
    return Interval(float(x.mean() - half), float(x.mean() + half), confidence)

# %% wrong: takes_percent
# Takes 95 for a confidence.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if not np.isfinite(x).all():
        raise ValueError("finite values are due")
    if len(x) < 2:
        raise ValueError(f"an interval needs 2 values or more, got {len(x)}; measure again")
    half = stats.t.ppf((1 + confidence) / 2, len(x) - 1) * x.std(ddof=1) / math.sqrt(len(x))
    return Interval(float(x.mean() - half), float(x.mean() + half), confidence)

# %% wrong: wants_three
# Refuses two values, which have a spread.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    x = np.asarray(values, dtype=float)
    if not np.isfinite(x).all() or not 0 < confidence < 1:
        raise ValueError(f"finite values and a confidence between 0 and 1, got {confidence}")
    if len(x) < 3:
        raise ValueError(f"an interval needs 2 values or more, got {len(x)}; measure again")
    half = stats.t.ppf((1 + confidence) / 2, len(x) - 1) * x.std(ddof=1) / math.sqrt(len(x))
    return Interval(float(x.mean() - half), float(x.mean() + half), confidence)

# %% right: by_hand
# Sums by hand.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy.stats import t

    x = [float(v) for v in values]
    n = len(x)
    if n <= 1 or not all(map(math.isfinite, x)):
        raise ValueError(f"need at least 2 finite values, got {n}")
    if confidence <= 0 or confidence >= 1:
        raise ValueError(f"a confidence is a share, got {confidence}")
    mean = math.fsum(x) / n
    variance = math.fsum((v - mean) ** 2 for v in x) / (n - 1)
    alpha = 1 - confidence
    reach = float(t.isf(alpha / 2, n - 1)) * math.sqrt(variance / n)
    return Interval(low=mean - reach, high=mean + reach, confidence=confidence)

# %% right: scipy
# Leaves it to scipy.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    if len(values) < 2 or not np.all(np.isfinite(values)) or not 0 < confidence < 1:
        raise ValueError(f"need 2 finite values and 0 < confidence < 1, got {len(values)} and {confidence}")
    low, high = stats.t.interval(confidence, df=len(values) - 1, loc=np.mean(values), scale=stats.sem(values))
    return Interval(float(low), float(high), confidence)

# %% right: var
# Takes the root of the variance of the mean.
#| export stats
def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from scipy import stats

    sample = np.array(values, dtype=np.float64)
    if sample.size < 2 or np.isnan(sample).any() or np.isinf(sample).any():
        raise ValueError("two finite values at least")
    if not 0.0 < confidence < 1.0:
        raise ValueError("confidence between 0 and 1")
    quantiles = stats.t(sample.size - 1).ppf([(1 - confidence) / 2, (1 + confidence) / 2])
    low, high = sample.mean() + quantiles * np.sqrt(np.var(sample, ddof=1) / sample.size)
    return Interval(float(low), float(high), confidence)

# %% equivalent: floats
# Mean and deviation of whole numbers are floats.
# - sample = np.asarray(values, dtype=float)
# + sample = np.asarray(values)
