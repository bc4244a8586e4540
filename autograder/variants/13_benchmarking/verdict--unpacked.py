# Unpacks both intervals.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    low, high, _ = interval
    inner_low, inner_high, _ = equivalence_interval
    result = "not resolved"
    if inner_low * (1 + margin) > 1 and inner_high < 1 + margin:
        result = "equivalent"
    if low > 1 + margin:
        result = "slower"
    if high * (1 + margin) < 1:
        result = "faster"
    return result
