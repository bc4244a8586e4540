# Returns the p values as they are.
#| export stats
def holm(p_values: Sequence[float]) -> list[float]:
    return [float(p) for p in p_values]
