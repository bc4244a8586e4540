"""What the table of `matrix.py` judges: wrong answers and variants on file, and the packages that they are put into.
Wrong answers share a package where no suite can tell two of them from the reference, which takes a fifth of the time
and says the same. Reads files and texts, runs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from autograder.proving.on_file import Answer
from autograder.proving.reach import suites_that_tell
from tinytorch.export import Cell


@dataclass(frozen=True)
class Case:
    """One package: the reference or the release with the answers of some exercises laid over it.

    `told` holds, for each answer, the names of the suites that judge it; empty where all suites judge the package.
    """

    kind: str  # 'reference', 'release', 'wrong' or 'variants'
    answers: tuple[Answer, ...] = ()
    told: tuple[frozenset[str], ...] = ()

    @property
    def name(self) -> str:
        """How the table calls it."""
        named = ", ".join(f"{answer.exercise}--{answer.name}" for answer in self.answers)
        return named if self.kind == "wrong" else f"{self.kind}: {named}" if named else self.kind

    @property
    def suites(self) -> frozenset[str]:
        """The names of the suites that are needed; empty for all."""
        return frozenset[str]().union(*self.told)


def alone(answers: Iterable[Answer]) -> list[Case]:
    """Give each wrong answer a package of its own, judged by all suites."""
    return [Case("wrong", (answer,)) for answer in answers]


def packed(answers: Sequence[Answer], modules: Mapping[str, str], suites: Path) -> list[Case]:
    """Put each wrong answer into the first package none of whose suites can tell it.

    `modules` is the reference as {file name: text}. What any answer calls counts as called by all, so that answers in
    one package cannot reach each other's suites either.
    """
    texts = {**modules, **{f"{answer.exercise}--{answer.name}": answer.source for answer in answers}}
    exercises = {answer.exercise for answer in answers}
    tell = {name: frozenset(path.name for path in suites_that_tell(texts, name, suites)) for name in exercises}
    cases: list[Case] = []
    for answer in sorted(answers, key=lambda answer: -len(tell[answer.exercise])):
        told = tell[answer.exercise]
        place = next((i for i, case in enumerate(cases) if told and case.suites.isdisjoint(told)), len(cases))
        case = cases[place] if place < len(cases) else Case("wrong")
        cases[place : place + 1] = [replace(case, answers=(*case.answers, answer), told=(*case.told, told))]
    return cases


def together(variants: Iterable[Answer]) -> list[Case]:
    """Put the first variant of each exercise into one package, the second into another, and so on."""
    by_exercise: dict[str, list[Answer]] = {}
    for answer in variants:
        by_exercise.setdefault(answer.exercise, []).append(answer)
    columns: Sequence[tuple[Answer | None, ...]] = list(zip_longest(*by_exercise.values()))
    return [Case("variants", tuple(answer for answer in column if answer)) for column in columns]


def answered(cell: Cell, text: Mapping[str, str]) -> Cell:
    """Whatever module an answer names, it goes where the lesson has the exercise, as a student's does."""
    if cell.grade_id is None or cell.grade_id not in text:
        return cell
    head = [line for line in cell.source.split("\n") if line.startswith("#|")]
    body = [line for line in text[cell.grade_id].split("\n") if not line.startswith("#|")]
    return replace(cell, source="\n".join([*head, *body]))
