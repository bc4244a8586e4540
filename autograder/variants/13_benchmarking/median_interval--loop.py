# Leaves out value after value while the promise holds.
#| export stats
def median_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    from math import comb

    x = sorted(values)
    n = len(x)
    left_out, tail = 0, 0.0
    while left_out < n and tail + comb(n, left_out) / 2**n <= (1 - confidence) / 2:
        tail += comb(n, left_out) / 2**n
        left_out += 1
    if left_out == 0:
        raise ValueError(f"{n} values are too few at {confidence}")
    return Interval(float(x[left_out - 1]), float(x[n - left_out]), confidence)
