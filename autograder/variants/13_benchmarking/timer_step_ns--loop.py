# Keeps the smallest so far.
#| export clock
def timer_step_ns(now_ns: Callable[[], int], readings: int = 10_000) -> int:
    smallest = None
    before = now_ns()
    for _ in range(readings):
        after = now_ns()
        if after > before and (smallest is None or after - before < smallest):
            smallest = after - before
        before = after
    if smallest is None:
        raise ValueError(f"{readings} readings were all equal; use a clock that moves")
    return smallest
