# %% wrong: accepts_negative_work
# Lets work take less than no time.
#| export clock
class VirtualClock:
    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns

    def now_ns(self) -> int:
        return self._now_ns

    def wait_until_ns(self, due_ns: int) -> None:
        self._now_ns = max(self._now_ns, due_ns)

    def advance_ns(self, duration_ns: int) -> None:
        self._now_ns += duration_ns

# %% wrong: goes_back
# Jumps to the due time even when that has passed.
#| export clock
class VirtualClock:
    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns

    def now_ns(self) -> int:
        return self._now_ns

    def wait_until_ns(self, due_ns: int) -> None:
        self._now_ns = due_ns

    def advance_ns(self, duration_ns: int) -> None:
        if duration_ns < 0:
            raise ValueError(f"work takes at least 0 ns, got {duration_ns}; pass a duration")
        self._now_ns += duration_ns

# %% wrong: starts_at_zero
# Forgets where it was told to start.
#| export clock
class VirtualClock:
    def __init__(self, start_ns: int = 0) -> None:
        self._base_ns = start_ns
        self._now_ns = 0

    def now_ns(self) -> int:
        return self._now_ns

    def wait_until_ns(self, due_ns: int) -> None:
        self._now_ns = max(self._now_ns, due_ns)

    def advance_ns(self, duration_ns: int) -> None:
        if duration_ns < 0:
            raise ValueError(f"work takes at least 0 ns, got {duration_ns}; pass a duration")
        self._now_ns += duration_ns

# %% wrong: ticks_when_read
# Moves on by itself whenever someone looks.
#| export clock
class VirtualClock:
    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns - 1

    def now_ns(self) -> int:
        self._now_ns += 1
        return self._now_ns

    def wait_until_ns(self, due_ns: int) -> None:
        self._now_ns = max(self._now_ns, due_ns - 1)

    def advance_ns(self, duration_ns: int) -> None:
        if duration_ns < 0:
            raise ValueError(f"work takes at least 0 ns, got {duration_ns}; pass a duration")
        self._now_ns += duration_ns

# %% wrong: waits_for_a_duration
# Adds the due time as if it were a duration.
#| export clock
class VirtualClock:
    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns

    def now_ns(self) -> int:
        return self._now_ns

    def wait_until_ns(self, due_ns: int) -> None:
        if due_ns > self._now_ns:
            self._now_ns += due_ns

    def advance_ns(self, duration_ns: int) -> None:
        if duration_ns < 0:
            raise ValueError(f"work takes at least 0 ns, got {duration_ns}; pass a duration")
        self._now_ns += duration_ns

# %% wrong: work_replaces_work
# Measures work from the start each time, so only the last piece counts.
#| export clock
class VirtualClock:
    def __init__(self, start_ns: int = 0) -> None:
        self._start_ns = start_ns
        self._now_ns = start_ns

    def now_ns(self) -> int:
        return self._now_ns

    def wait_until_ns(self, due_ns: int) -> None:
        self._now_ns = max(self._now_ns, due_ns)

    def advance_ns(self, duration_ns: int) -> None:
        if duration_ns < 0:
            raise ValueError(f"work takes at least 0 ns, got {duration_ns}; pass a duration")
        self._now_ns = self._start_ns + duration_ns

# %% wrong: refuses_no_work
# Takes work of 0 ns for negative work.
#| export clock
class VirtualClock:
    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns

    def now_ns(self) -> int:
        return self._now_ns

    def wait_until_ns(self, due_ns: int) -> None:
        self._now_ns = max(self._now_ns, due_ns)

    def advance_ns(self, duration_ns: int) -> None:
        if duration_ns <= 0:
            raise ValueError(f"work takes more than 0 ns, got {duration_ns}; pass a duration")
        self._now_ns += duration_ns

# %% right: history
# Keeps every time it showed; the last one is now.
#| export clock
class VirtualClock:
    def __init__(self, start_ns: int = 0) -> None:
        self._times = [start_ns]

    def now_ns(self) -> int:
        return self._times[-1]

    def wait_until_ns(self, due_ns: int) -> None:
        self._times.append(sorted((due_ns, self._times[-1]))[1])

    def advance_ns(self, duration_ns: int) -> None:
        if duration_ns < 0:
            raise ValueError(f"time only passes: {duration_ns} ns is negative")
        self._times.append(self._times[-1] + duration_ns)

# %% right: if_later
# Compares instead of taking the maximum.
#| export clock
class VirtualClock:
    def __init__(self, start_ns: int = 0) -> None:
        self.time = int(start_ns)

    def now_ns(self) -> int:
        return self.time

    def wait_until_ns(self, due_ns: int) -> None:
        if due_ns > self.time:
            self.time = due_ns

    def advance_ns(self, duration_ns: int) -> None:
        if not duration_ns >= 0:
            raise ValueError(f"duration_ns must be 0 or more, got {duration_ns}")
        self.time = self.time + duration_ns

# %% right: waits_by_advancing
# Turns each wait into work of the time that is missing.
#| export clock
class VirtualClock:
    def __init__(self, start_ns: int = 0) -> None:
        self._t = start_ns

    def now_ns(self) -> int:
        return self._t

    def advance_ns(self, duration_ns: int) -> None:
        if duration_ns < 0:
            raise ValueError(f"a clock cannot go back by {-duration_ns} ns; advance by 0 or more")
        self._t += duration_ns

    def wait_until_ns(self, due_ns: int) -> None:
        self.advance_ns(max(0, due_ns - self.now_ns()))
