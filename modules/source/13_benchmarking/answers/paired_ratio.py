# %% wrong: always_95
# Ignores the confidence that was asked for.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    from scipy import stats

    model, baseline = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if model.shape != baseline.shape or model.size < 2 or min(model.min(), baseline.min()) <= 0:
        raise ValueError(f"pairs of positive values are due, got {model.size} and {baseline.size}")
    y = np.log(model / baseline)
    low, high, _ = interval_of(y)
    p_value = float(stats.ttest_1samp(y, 0).pvalue)
    return RatioEstimate(math.exp(y.mean()), Interval(math.exp(low), math.exp(high), confidence), p_value)

# %% wrong: any_pairs
# Takes whatever numpy can broadcast, and negative times too.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    from scipy import stats

    y = np.log(np.abs(np.asarray(model_values, dtype=float) / np.asarray(baseline_values, dtype=float)))
    low, high, _ = interval_of(y, confidence)
    p_value = float(stats.ttest_1samp(y, 0).pvalue)
    return RatioEstimate(math.exp(y.mean()), Interval(math.exp(low), math.exp(high), confidence), p_value)

# %% wrong: interval_of_the_difference
# Takes the interval of the difference in time, not of the ratio.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    from scipy import stats

    model, baseline = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if model.shape != baseline.shape or model.size < 2 or min(model.min(), baseline.min()) <= 0:
        raise ValueError(f"pairs of positive values are due, got {model.size} and {baseline.size}")
    y = np.log(model / baseline)
    p_value = float(stats.ttest_1samp(y, 0).pvalue)
    return RatioEstimate(math.exp(y.mean()), interval_of(model - baseline, confidence), p_value)

# %% wrong: left_on_the_log_scale
# Returns the interval of the logarithm.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    from scipy import stats

    model, baseline = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if model.shape != baseline.shape or model.size < 2 or min(model.min(), baseline.min()) <= 0:
        raise ValueError(f"pairs of positive values are due, got {model.size} and {baseline.size}")
    y = np.log(model / baseline)
    p_value = float(stats.ttest_1samp(y, 0).pvalue)
    return RatioEstimate(math.exp(y.mean()), interval_of(y, confidence), p_value)

# %% wrong: mean_of_ratios
# Averages the ratios: each model is slower than the other.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    from scipy import stats

    model, baseline = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if model.shape != baseline.shape or model.size < 2 or min(model.min(), baseline.min()) <= 0:
        raise ValueError(f"pairs of positive values are due, got {model.size} and {baseline.size}")
    y = np.log(model / baseline)
    low, high, _ = interval_of(y, confidence)
    p_value = float(stats.ttest_1samp(y, 0).pvalue)
    return RatioEstimate(float((model / baseline).mean()), Interval(math.exp(low), math.exp(high), confidence), p_value)

# %% wrong: one_sided_p
# Halves the p value.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    from scipy import stats

    model, baseline = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if model.shape != baseline.shape or model.size < 2 or min(model.min(), baseline.min()) <= 0:
        raise ValueError(f"pairs of positive values are due, got {model.size} and {baseline.size}")
    y = np.log(model / baseline)
    low, high, _ = interval_of(y, confidence)
    p_value = float(stats.ttest_1samp(y, 0, alternative="less").pvalue)
    return RatioEstimate(math.exp(y.mean()), Interval(math.exp(low), math.exp(high), confidence), p_value)

# %% wrong: ratio_of_means
# Divides the means, which listens to the slowest round alone.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    from scipy import stats

    model, baseline = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if model.shape != baseline.shape or model.size < 2 or min(model.min(), baseline.min()) <= 0:
        raise ValueError(f"pairs of positive values are due, got {model.size} and {baseline.size}")
    y = np.log(model / baseline)
    low, high, _ = interval_of(y, confidence)
    p_value = float(stats.ttest_1samp(y, 0).pvalue)
    return RatioEstimate(float(model.mean() / baseline.mean()), Interval(math.exp(low), math.exp(high), confidence), p_value)

# %% wrong: unpaired
# Compares the two as if the rounds had nothing to do with each other.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    from scipy import stats

    model, baseline = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if model.shape != baseline.shape or model.size < 2 or min(model.min(), baseline.min()) <= 0:
        raise ValueError(f"pairs of positive values are due, got {model.size} and {baseline.size}")
    test = stats.ttest_ind(np.log(model), np.log(baseline), equal_var=False)
    bounds = test.confidence_interval(confidence)
    ratio = math.exp(np.log(model).mean() - np.log(baseline).mean())
    return RatioEstimate(ratio, Interval(math.exp(bounds.low), math.exp(bounds.high), confidence), float(test.pvalue))

# %% wrong: upside_down
# Divides the baseline by the model.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    from scipy import stats

    model, baseline = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if model.shape != baseline.shape or model.size < 2 or min(model.min(), baseline.min()) <= 0:
        raise ValueError(f"pairs of positive values are due, got {model.size} and {baseline.size}")
    y = np.log(baseline / model)
    low, high, _ = interval_of(y, confidence)
    p_value = float(stats.ttest_1samp(y, 0).pvalue)
    return RatioEstimate(math.exp(y.mean()), Interval(math.exp(low), math.exp(high), confidence), p_value)

# %% wrong: interval_of_its_own
# Takes an interval of its own in place of the one it was given.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    from scipy import stats

    model, baseline = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if model.shape != baseline.shape or model.size < 2 or min(model.min(), baseline.min()) <= 0:
        raise ValueError(f"pairs of positive values are due, got {model.size} and {baseline.size}")
    y = np.log(model / baseline)
    low, high, _ = mean_interval(y, confidence)
    p_value = float(stats.ttest_1samp(y, 0).pvalue)
    return RatioEstimate(math.exp(y.mean()), Interval(math.exp(low), math.exp(high), confidence), p_value)

# %% wrong: states_95
# Says 95 % of its interval, whatever was asked for.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    from scipy import stats

    model, baseline = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if model.shape != baseline.shape or model.size < 2 or min(model.min(), baseline.min()) <= 0:
        raise ValueError(f"pairs of positive values are due, got {model.size} and {baseline.size}")
    y = np.log(model / baseline)
    low, high, _ = interval_of(y, confidence)
    p_value = float(stats.ttest_1samp(y, 0).pvalue)
    return RatioEstimate(math.exp(y.mean()), Interval(math.exp(low), math.exp(high), 0.95), p_value)

# %% wrong: zero_of_the_baseline
# Looks at the model only for values that are not positive.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    from scipy import stats

    model, baseline = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if model.shape != baseline.shape or model.size < 2 or model.min() <= 0:
        raise ValueError(f"pairs of positive values are due, got {model.size} and {baseline.size}")
    y = np.log(np.abs(model / np.where(baseline == 0, 1, baseline)))
    low, high, _ = interval_of(y, confidence)
    p_value = float(stats.ttest_1samp(y, 0).pvalue)
    return RatioEstimate(math.exp(y.mean()), Interval(math.exp(low), math.exp(high), confidence), p_value)

# %% right: comprehension
# Takes logarithms one by one, and p from Student's t.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    from scipy.stats import t

    pairs = list(zip(model_values, baseline_values, strict=True))
    if len(pairs) < 2 or any(a <= 0 or b <= 0 for a, b in pairs):
        raise ValueError(f"{len(pairs)} pairs: need at least 2 and positive values")
    logs = [math.log(a / b) for a, b in pairs]
    n, mean = len(logs), math.fsum(logs) / len(logs)
    error = math.sqrt(math.fsum((v - mean) ** 2 for v in logs) / (n - 1) / n)
    found = interval_of(logs, confidence)
    p_value = 2 * float(t.sf(abs(mean) / error, n - 1))
    return RatioEstimate(math.exp(mean), Interval(math.exp(found.low), math.exp(found.high), confidence), p_value)

# %% right: log_of_quotient
# Logarithm of the quotient, exp of the pair; too few pairs are left to the interval to refuse.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    from scipy import stats

    model_ms, baseline_ms = np.array(model_values, float), np.array(baseline_values, float)
    if model_ms.shape != baseline_ms.shape:
        raise ValueError(f"{model_ms.shape} values against {baseline_ms.shape}: give one pair a round")
    if not (np.minimum(model_ms, baseline_ms) > 0).all():
        raise ValueError("times are positive: look for a 0 or a negative value")
    quotient = np.log(model_ms / baseline_ms)
    interval = interval_of(quotient, confidence)
    return RatioEstimate(
        ratio=float(np.exp(np.mean(quotient))),
        interval=Interval(*(float(np.exp(end)) for end in interval[:2]), confidence),
        p_value=float(stats.ttest_1samp(quotient, popmean=0.0, alternative="two-sided").pvalue),
    )

# %% right: scipy
# Leaves ratio and p to scipy.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike,
    baseline_values: npt.ArrayLike,
    confidence: float = 0.95,
    interval_of: Step = mean_interval,
) -> RatioEstimate:
    from scipy import stats

    a, b = np.asarray(model_values, dtype=float), np.asarray(baseline_values, dtype=float)
    if len(a) != len(b) or len(a) < 2 or (a <= 0).any() or (b <= 0).any():
        raise ValueError(f"need 2 or more pairs of positive values, got {len(a)} and {len(b)}")
    test = stats.ttest_rel(np.log(a), np.log(b))
    bounds = np.exp(interval_of(np.log(a / b), confidence)[:2])
    ratio = float(stats.gmean(a / b))
    return RatioEstimate(ratio, Interval(float(bounds[0]), float(bounds[1]), confidence), float(test.pvalue))

# %% equivalent: floats
# A logarithm of whole numbers is a float.
# - model = np.asarray(model_values, dtype=float)
# + model = np.asarray(model_values)

# %% equivalent: floats_2
# A logarithm of whole numbers is a float.
# - baseline = np.asarray(baseline_values, dtype=float)
# + baseline = np.asarray(baseline_values)

# %% equivalent: refused_elsewhere
# Fewer than two pairs are refused by interval_of, and other lengths that do not broadcast by numpy, with a
# ValueError.
# - if model.shape != baseline.shape or model.size < 2:
# + if model.shape != baseline.shape:
# + if model.shape > baseline.shape or model.size < 2:
# + if model.shape != baseline.shape or model.size < 1:

# %% equivalent: words_of_the_error
# What the error says is not asked for here.
# - sizes = f'{model.size} and {baseline.size}'
# + sizes = ''
# + sizes = f'{model.min} and {baseline.size}'
# + sizes = f'{model.size} and {baseline.min}'
