# Returns the adjusted values from the smallest to the largest.
#| export stats
def holm(p_values: Sequence[float]) -> list[float]:
    m, so_far, adjusted = len(p_values), 0.0, []
    for rank, p in enumerate(sorted(p_values)):
        so_far = max(so_far, min(1.0, (m - rank) * p))
        adjusted.append(so_far)
    return adjusted
