# For each, the largest of what came before in order of size.
#| export stats
def holm(p_values: Sequence[float]) -> list[float]:
    m = len(p_values)
    ordered = sorted(p_values)
    stepped = [(m - k) * p for k, p in enumerate(ordered)]
    return [min(1.0, max(stepped[: ordered.index(p) + 1])) for p in p_values]
