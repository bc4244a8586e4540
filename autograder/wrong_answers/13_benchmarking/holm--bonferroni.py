# Multiplies every p value by their number.
#| export stats
def holm(p_values: Sequence[float]) -> list[float]:
    return [min(1.0, len(p_values) * p) for p in p_values]
