# Conditional expressions.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    inside = 1 / (1 + margin) < equivalence_interval.low <= equivalence_interval.high < 1 + margin
    return (
        "faster" if interval.high < 1 / (1 + margin)
        else "slower" if interval.low > 1 + margin
        else "equivalent" if inside
        else "not resolved"
    )
