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
