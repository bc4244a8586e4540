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
