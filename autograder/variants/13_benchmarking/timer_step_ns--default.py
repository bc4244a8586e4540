# Lets min complain about nothing to choose from.
#| export clock
def timer_step_ns(now_ns: Callable[[], int], readings: int = 10_000) -> int:
    times = np.array([now_ns() for _ in range(readings)])
    positive = [int(d) for d in times[1:] - times[:-1] if d > 0]
    return min(positive)
