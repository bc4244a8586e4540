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
