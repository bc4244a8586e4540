# Lets equal readings count, so the step is 0.
#| export clock
def timer_step_ns(now_ns: Callable[[], int], readings: int = 10_000) -> int:
    times = [now_ns() for _ in range(readings)]
    if times[0] == times[-1]:
        raise ValueError(f"the clock did not move in {readings} readings; take more")
    return min(b - a for a, b in zip(times, times[1:]))
