# Compares on the log scale, where the margin is symmetrical.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    edge = math.log(1 + margin)
    if math.log(interval.high) < -edge:
        return "faster"
    if math.log(interval.low) > edge:
        return "slower"
    farthest = max(abs(math.log(equivalence_interval.low)), abs(math.log(equivalence_interval.high)))
    return "equivalent" if farthest < edge else "not resolved"
