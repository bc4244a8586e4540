# Decides equivalence by the interval meant for faster and slower.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    least, most = 1 / (1 + margin), 1 + margin
    if interval.high < least:
        return "faster"
    if interval.low > most:
        return "slower"
    if least < interval.low and interval.high < most:
        return "equivalent"
    return "not resolved"
