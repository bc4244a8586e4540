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
