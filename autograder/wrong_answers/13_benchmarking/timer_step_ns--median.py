# Takes the typical step instead of the smallest.
#| export clock
def timer_step_ns(now_ns: Callable[[], int], readings: int = 10_000) -> int:
    steps = np.diff([now_ns() for _ in range(readings)])
    steps = steps[steps > 0]
    if len(steps) == 0:
        raise ValueError(f"the clock did not move in {readings} readings; take more")
    return int(np.median(steps))
