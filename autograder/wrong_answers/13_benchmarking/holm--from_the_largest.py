# Multiplies the largest by m and the smallest by 1.
#| export stats
def holm(p_values: Sequence[float]) -> list[float]:
    rank = np.argsort(np.argsort(p_values))
    scaled = [min(1.0, (int(r) + 1) * p) for r, p in zip(rank, p_values)]
    return [max(s for s, q in zip(scaled, p_values) if q <= p) for p in p_values]
