# Sorts only as far as needed.
#| export stats
def percentile(values: npt.ArrayLike, p: float) -> float:
    array = np.asarray(values, dtype=np.float64)
    if not 0 < p < 1:
        raise ValueError(f"p must lie between 0 and 1, got {p}")
    if array.size == 0 or np.isnan(array).any() or np.isinf(array).any():
        raise ValueError("values must be finite and at least one")
    k = int(np.floor(array.size * p))
    return float(np.partition(array, k)[k])
