# %% wrong: counts_zero
# Lets equal readings count, so the step is 0.
#| export clock
def timer_step_ns(now_ns: Callable[[], int], readings: int = 10_000) -> int:
    times = [now_ns() for _ in range(readings)]
    if times[0] == times[-1]:
        raise ValueError(f"the clock did not move in {readings} readings; take more")
    return min(b - a for a, b in zip(times, times[1:]))

# %% wrong: first_step
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

# %% wrong: median
# Takes the typical step instead of the smallest.
#| export clock
def timer_step_ns(now_ns: Callable[[], int], readings: int = 10_000) -> int:
    steps = np.diff([now_ns() for _ in range(readings)])
    steps = steps[steps > 0]
    if len(steps) == 0:
        raise ValueError(f"the clock did not move in {readings} readings; take more")
    return int(np.median(steps))

# %% wrong: zero_when_stuck
# Calls the step of a clock that stands 0.
#| export clock
def timer_step_ns(now_ns: Callable[[], int], readings: int = 10_000) -> int:
    steps = np.diff([now_ns() for _ in range(readings)])
    steps = steps[steps > 0]
    return int(steps.min()) if len(steps) else 0

# %% right: default
# Lets min complain about nothing to choose from.
#| export clock
def timer_step_ns(now_ns: Callable[[], int], readings: int = 10_000) -> int:
    times = np.array([now_ns() for _ in range(readings)])
    positive = [int(d) for d in times[1:] - times[:-1] if d > 0]
    return min(positive)

# %% right: distinct
# Looks at the distinct readings only.
#| export clock
def timer_step_ns(now_ns: Callable[[], int], readings: int = 10_000) -> int:
    distinct = sorted({now_ns() for _ in range(readings)})
    if len(distinct) < 2:
        raise ValueError(f"{readings} readings show one time; use a clock that moves")
    return min(b - a for a, b in zip(distinct, distinct[1:]))

# %% right: loop
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
