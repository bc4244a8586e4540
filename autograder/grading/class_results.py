"""The results of a class that has been graded, left where they were written: a class of any size takes no memory. Knows
the results' files only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import overload

from autograder.grading.results import Result, load


class ClassResults(Sequence[Result]):
    """The results of some students in a folder, in the order of their names; each is read when it is looked at.

    Looking at one raises FileNotFoundError where its file is gone or cannot be read.
    """

    def __init__(self, folder: Path, students: Iterable[str]) -> None:
        self._folder, self._students = folder, sorted(students)

    def __len__(self) -> int:
        return len(self._students)

    @overload
    def __getitem__(self, place: int) -> Result: ...
    @overload
    def __getitem__(self, place: slice) -> list[Result]: ...
    def __getitem__(self, place: int | slice) -> Result | list[Result]:
        if isinstance(place, slice):
            return [self._read(student) for student in self._students[place]]
        return self._read(self._students[place])

    def _read(self, student: str) -> Result:
        result = load(student, self._folder)
        if result is None:
            raise FileNotFoundError(f"the result of {student} in {self._folder} cannot be read; grade the class again")
        return result
