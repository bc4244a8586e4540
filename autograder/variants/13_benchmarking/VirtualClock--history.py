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
