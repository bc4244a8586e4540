# Leaves adjusted values above 1.
#| export stats
def holm(p_values: Sequence[float]) -> list[float]:
    m, so_far, adjusted = len(p_values), 0.0, [0.0] * len(p_values)
    for rank, i in enumerate(np.argsort(p_values)):
        so_far = max(so_far, (m - rank) * p_values[i])
        adjusted[i] = so_far
    return adjusted
