# %% wrong: clips_p
# Takes any p and clips the place into the values.
#| export scenarios
def percentile(values: npt.ArrayLike, p: float) -> float:
    ordered = np.sort(np.asarray(values, dtype=float))
    if len(ordered) == 0 or not np.isfinite(ordered).all():
        raise ValueError(f"a percentile needs finite values, got {len(ordered)}")
    return float(ordered[min(max(math.floor(len(ordered) * p), 0), len(ordered) - 1)])

# %% wrong: interpolates
# numpy's default lies between two measured values.
#| export scenarios
def percentile(values: npt.ArrayLike, p: float) -> float:
    ordered = np.sort(np.asarray(values, dtype=float))
    if len(ordered) == 0 or not np.isfinite(ordered).all() or not 0 < p < 1:
        raise ValueError(f"a percentile needs finite values and 0 < p < 1, got {len(ordered)} values and p = {p}")
    return float(np.quantile(ordered, p))

# %% wrong: off_by_one
# Counts places from 1: ceil(n p) - 1.
#| export scenarios
def percentile(values: npt.ArrayLike, p: float) -> float:
    ordered = np.sort(np.asarray(values, dtype=float))
    if len(ordered) == 0 or not np.isfinite(ordered).all() or not 0 < p < 1:
        raise ValueError(f"a percentile needs finite values and 0 < p < 1, got {len(ordered)} values and p = {p}")
    return float(ordered[math.ceil(len(ordered) * p) - 1])

# %% wrong: rounds
# Rounds n p to the nearest place.
#| export scenarios
def percentile(values: npt.ArrayLike, p: float) -> float:
    ordered = np.sort(np.asarray(values, dtype=float))
    if len(ordered) == 0 or not np.isfinite(ordered).all() or not 0 < p < 1:
        raise ValueError(f"a percentile needs finite values and 0 < p < 1, got {len(ordered)} values and p = {p}")
    return float(ordered[min(round(len(ordered) * p), len(ordered) - 1)])

# %% wrong: takes_anything
# Sorts nan to the end and returns what is there.
#| export scenarios
def percentile(values: npt.ArrayLike, p: float) -> float:
    ordered = np.sort(np.asarray(values, dtype=float))
    if not 0 < p < 1:
        raise ValueError(f"p is a share between 0 and 1, got {p}")
    if len(ordered) == 0:
        return 0.0
    return float(ordered[math.floor(len(ordered) * p)])

# %% wrong: unsorted
# Takes a place in the order of measurement.
#| export scenarios
def percentile(values: npt.ArrayLike, p: float) -> float:
    measured = np.asarray(values, dtype=float)
    if len(measured) == 0 or not np.isfinite(measured).all() or not 0 < p < 1:
        raise ValueError(f"a percentile needs finite values and 0 < p < 1, got {len(measured)} values and p = {p}")
    return float(measured[math.floor(len(measured) * p)])

# %% right: count_below
# Walks up until n p values lie below.
#| export scenarios
def percentile(values: npt.ArrayLike, p: float) -> float:
    if not 0 < p < 1 or len(values) == 0 or not np.all(np.isfinite(values)):
        raise ValueError(f"need finite values and 0 < p < 1, got {len(values)} values and p = {p}")
    below = 0
    for value in np.sort(values):
        if below + 1 > len(values) * p:
            return float(value)
        below += 1
    return float(np.max(values))

# %% right: partition
# Sorts only as far as needed.
#| export scenarios
def percentile(values: npt.ArrayLike, p: float) -> float:
    array = np.asarray(values, dtype=np.float64)
    if not 0 < p < 1:
        raise ValueError(f"p must lie between 0 and 1, got {p}")
    if array.size == 0 or np.isnan(array).any() or np.isinf(array).any():
        raise ValueError("values must be finite and at least one")
    k = int(np.floor(array.size * p))
    return float(np.partition(array, k)[k])

# %% right: sorted_list
# Sorts a list.
#| export scenarios
def percentile(values: npt.ArrayLike, p: float) -> float:
    ordered = sorted(float(v) for v in values)
    if not ordered:
        raise ValueError("no values: measure first")
    if any(math.isnan(v) or math.isinf(v) for v in ordered):
        raise ValueError("a value is not finite: remove its cause")
    if p <= 0 or p >= 1:
        raise ValueError(f"p must lie between 0 and 1, got {p}")
    return ordered[int(len(ordered) * p)]

# %% equivalent: floats
# The value is made a float when it is returned; whole numbers sort the same.
# - sample = np.array(values, dtype=float)
# + sample = np.array(values)

# %% equivalent: other_shapes
# What is not one row of values is not spoken of: sorting or len() refuses a number, too.
# - if sample.ndim != 1 or sample.size == 0 or (not np.isfinite(sample).all()):
# + if sample.size == 0 or not np.isfinite(sample).all():
# + if sample.ndim < 1 or sample.size == 0 or (not np.isfinite(sample).all()):
# + if sample.ndim > 1 or sample.size == 0 or (not np.isfinite(sample).all()):

# %% equivalent: numpy_refuses
# From p = 1 on the position lies past the end, and partition refuses that with a ValueError as well.
# - if not 0 < p < 1:
# + if not 0 < p <= 1:
# + if not 0 < p < 2:
