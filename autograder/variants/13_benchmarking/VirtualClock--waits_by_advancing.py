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
