# Takes logarithms one by one, and p from Student's t.
#| export comparison
def paired_ratio(
    model_values: npt.ArrayLike, baseline_values: npt.ArrayLike, confidence: float = 0.95
) -> RatioEstimate:
    from scipy.stats import t

    pairs = list(zip(model_values, baseline_values, strict=True))
    if len(pairs) < 2 or any(a <= 0 or b <= 0 for a, b in pairs):
        raise ValueError(f"{len(pairs)} pairs: need at least 2 and positive values")
    logs = [math.log(a / b) for a, b in pairs]
    n, mean = len(logs), math.fsum(logs) / len(logs)
    error = math.sqrt(math.fsum((v - mean) ** 2 for v in logs) / (n - 1) / n)
    reach = float(t.ppf((1 + confidence) / 2, n - 1)) * error
    p_value = 2 * float(t.sf(abs(mean) / error, n - 1))
    return RatioEstimate(math.exp(mean), Interval(math.exp(mean - reach), math.exp(mean + reach), confidence), p_value)
