# Lets the middle of the interval decide.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    least, most = 1 / (1 + margin), 1 + margin
    middle = (interval.low + interval.high) / 2
    if middle < least:
        return "faster"
    if middle > most:
        return "slower"
    if least < equivalence_interval.low and equivalence_interval.high < most:
        return "equivalent"
    return "not resolved"
