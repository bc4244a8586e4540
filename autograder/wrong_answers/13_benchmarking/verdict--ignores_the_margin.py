# Asks only whether the interval leaves 1 out.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    least, most = 1 / (1 + margin), 1 + margin
    if interval.high < 1:
        return "faster"
    if interval.low > 1:
        return "slower"
    if least < equivalence_interval.low and equivalence_interval.high < most:
        return "equivalent"
    return "not resolved"
