# Looks at the distinct readings only.
#| export clock
def timer_step_ns(now_ns: Callable[[], int], readings: int = 10_000) -> int:
    distinct = sorted({now_ns() for _ in range(readings)})
    if len(distinct) < 2:
        raise ValueError(f"{readings} readings show one time; use a clock that moves")
    return min(b - a for a, b in zip(distinct, distinct[1:]))
