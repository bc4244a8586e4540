# Steps down and remembers where each came from.
#| export stats
def holm(p_values: Sequence[float]) -> list[float]:
    found: dict[int, float] = {}
    left = len(p_values)
    previous = 0.0
    for value, where in sorted((float(p), i) for i, p in enumerate(p_values)):
        previous = min(1.0, max(previous, left * value))
        found[where] = previous
        left -= 1
    return [found[i] for i in range(len(p_values))]
