# Sorts a list.
#| export stats
def percentile(values: npt.ArrayLike, p: float) -> float:
    ordered = sorted(float(v) for v in values)
    if not ordered:
        raise ValueError("no values: measure first")
    if any(math.isnan(v) or math.isinf(v) for v in ordered):
        raise ValueError("a value is not finite: remove its cause")
    if p <= 0 or p >= 1:
        raise ValueError(f"p must lie between 0 and 1, got {p}")
    return ordered[int(len(ordered) * p)]
