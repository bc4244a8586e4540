# Calls a ratio above 1 faster.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    least, most = 1 / (1 + margin), 1 + margin
    if interval.low > most:
        return "faster"
    if interval.high < least:
        return "slower"
    if least < equivalence_interval.low and equivalence_interval.high < most:
        return "equivalent"
    return "not resolved"
