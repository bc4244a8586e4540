# Calls the step of a clock that stands 0.
#| export clock
def timer_step_ns(now_ns: Callable[[], int], readings: int = 10_000) -> int:
    steps = np.diff([now_ns() for _ in range(readings)])
    steps = steps[steps > 0]
    return int(steps.min()) if len(steps) else 0
