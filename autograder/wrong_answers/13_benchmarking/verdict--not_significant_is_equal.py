# Calls everything that holds 1 equivalent.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    least, most = 1 / (1 + margin), 1 + margin
    if interval.high < least:
        return "faster"
    if interval.low > most:
        return "slower"
    if interval.low <= 1 <= interval.high:
        return "equivalent"
    return "not resolved"
