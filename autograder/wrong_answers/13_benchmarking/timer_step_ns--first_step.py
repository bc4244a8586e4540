# Stops at the first step that it sees.
#| export clock
def timer_step_ns(now_ns: Callable[[], int], readings: int = 10_000) -> int:
    last = now_ns()
    for _ in range(readings - 1):
        now = now_ns()
        if now > last:
            return now - last
        last = now
    raise ValueError(f"the clock did not move in {readings} readings; take more")
