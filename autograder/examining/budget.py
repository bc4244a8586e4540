"""How much memory of the grader what comes back may take, counted before it is read. Knows nothing of its meaning."""

from __future__ import annotations

from autograder.sandbox.wire import WireError, held

# Bytes (`wire.held`) of the answers and callbacks of one test, which keeps what its models were given, and of all tests
# of a submission. An honest submission's largest test has 0.5 MB.
MAX_A_TEST, MAX_IN_ALL = 64 * 2**20, 512 * 2**20


class Budget:
    """What one submission has taken so far, and its test."""

    def __init__(self) -> None:
        self._in_all, self._test = 0, 0

    def begin(self) -> None:
        """Another test begins, and what the one before kept is gone."""
        self._test = 0

    def take(self, line: bytes) -> None:
        """Count a line that came; raises WireError where it is too much."""
        size = held(line)
        self._test, self._in_all = self._test + size, self._in_all + size
        for taken, most, what in ((self._test, MAX_A_TEST, "test"), (self._in_all, MAX_IN_ALL, "submission")):
            if taken > most:
                raise WireError(f"what comes back may take {most // 2**20} MiB a {what}, this is more")
