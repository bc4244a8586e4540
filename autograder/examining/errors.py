"""What can come in the place of an answer: an error of the student's code, or the reason why there is no answer. Knows
nothing of where either came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class StudentError(Exception):
    """The student's code raised `kind`, a class with the bases `kinds`, at `where` ('line 3 of percentile').

    `handle` is the exception itself: its attributes can be asked for.
    """

    def __init__(self, kind: str, message: str, kinds: Sequence[str] = (), where: str = "", handle: Any = None) -> None:
        super().__init__(f"{kind}: {message}" if message else kind)
        self.kind, self.message, self.kinds, self.where, self.handle = kind, message, kinds or (kind,), where, handle


class NoAnswerError(Exception):
    """There is no answer: not written yet, not importable, out of time, ended, or not of the protocol.

    It is no StudentError, so that `pytest.raises(StudentError)` never takes a stub for a function that refuses.
    """

    def __init__(self, kind: str, message: str, where: str = "", handle: Any = None) -> None:
        super().__init__(f"{kind}: {message}" if message else kind)
        self.kind, self.message, self.where, self.handle = kind, message, where, handle
