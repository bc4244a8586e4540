"""What the hidden suites cannot tell: every mutant of every solution and every trivial body, judged. A mutant that
keeps all points is on file as equivalent, with its reason, or it is a hole in the suites.

Knows nothing of how a solution is changed or how an answer is judged.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from autograder.proving.confusions import field_defaults
from autograder.proving.exercises import Exercise, exercises
from autograder.proving.mutants import Mutant, mutants_of
from autograder.proving.on_file import Equivalent
from autograder.proving.single import Score, bench, scores
from autograder.proving.trivial import SHARE, Trivial, trivial_answers
from tinytorch.export import export_modules, read_lesson

State = Literal["killed", "equivalent", "survives", "not judged"]
Key = tuple[str, str, str]  # exercise, line before, line after, without what Python's versions write differently


@dataclass(frozen=True)
class Surveyed:
    """One exercise: the points of the lesson's own solution, of each mutant and of each trivial body."""

    exercise: Exercise
    reference: Score
    mutants: tuple[tuple[Mutant, Score], ...]
    trivial: tuple[tuple[Trivial, Score], ...]
    equivalent: tuple[Equivalent, ...]

    def state(self, mutant: Mutant, score: Score) -> State:
        """What is known of a mutant."""
        if score.failure or not self.reference.full:
            return "not judged"
        if not score.full:
            return "killed"
        return "equivalent" if _key(mutant.exercise, mutant.was, mutant.becomes) in self._explained() else "survives"

    def counted(self) -> dict[State, int]:
        """How many mutants are in each state."""
        found: dict[State, int] = {"killed": 0, "equivalent": 0, "survives": 0, "not judged": 0}
        for each in self.mutants:
            found[self.state(*each)] += 1
        return found

    def survivors(self) -> list[Mutant]:
        """The mutants that no test tells from the solution and nobody has explained."""
        return [mutant for mutant, score in self.mutants if self.state(mutant, score) == "survives"]

    def best(self) -> tuple[str, float]:
        """The trivial body that earns most, and its points."""
        return max(((each.body, score.earned) for each, score in self.trivial), key=lambda one: one[1])

    def puzzled(self) -> int:
        """How many answers a test of the suites met with an error of its own, which an instructor would be told."""
        return sum(bool(score.remarks) for _, score in [*self.mutants, *self.trivial])

    def problems(self) -> Iterator[str]:
        """One sentence for each rule that does not hold."""
        name, points = self.exercise.name, self.exercise.points
        if not self.reference.full:
            why = self.reference.failure or "`autograder matrix` names the test"
            yield f"{name}: the lesson's own solution earns {self.reference.earned:g} of {points:g}: {why}"
            return
        if alive := len(self.survivors()):
            yield f"{name}: {alive} mutants survive"
        if over := sum(score.earned > SHARE * points + 1e-9 for _, score in self.trivial):
            body, most = self.best()
            yield f"{name}: {over} trivial bodies earn more than {SHARE:.0%}, {body!r} {most:g} of {points:g}"
        judged = [(f"{each.was} -> {each.becomes}", score) for each, score in self.mutants]
        for said, score in [*judged, *((each.body, score) for each, score in self.trivial)]:
            if score.failure:
                yield f"{name}: {said} could not be judged: {score.failure}"
        yield from self._stale()

    def _stale(self) -> Iterator[str]:
        """What is on file as equivalent and is none, or none any more."""
        states: dict[Key, set[State]] = {}
        for mutant, score in self.mutants:
            states.setdefault(_key(mutant.exercise, mutant.was, mutant.becomes), set()).add(self.state(mutant, score))
        for each in self.equivalent:
            for becomes in each.becomes:
                found = states.get(_key(each.exercise, each.was, becomes))
                if found is None:
                    yield f"{each.exercise}: {each.name} is no mutant of the solution: {each.was} -> {becomes}"
                elif "equivalent" not in found:
                    yield f"{each.exercise}: {each.name} is told from the solution by now: {each.was} -> {becomes}"

    def _explained(self) -> set[Key]:
        return {_key(each.exercise, each.was, becomes) for each in self.equivalent for becomes in each.becomes}


@dataclass(frozen=True)
class Survey:
    """All exercises that were asked for, in the lesson's order, and what is on file about others by mistake."""

    exercises: tuple[Surveyed, ...]
    strangers: tuple[Equivalent, ...] = ()

    def problems(self) -> list[str]:
        """One sentence for each rule that does not hold; none where the suites deserve trust."""
        strange = [f"{each.exercise}: {each.name} is on file, but this is no exercise" for each in self.strangers]
        return [*(problem for each in self.exercises for problem in each.problems()), *strange]

    def table(self) -> str:
        """For people: a row an exercise, totals, then the survivors as a file of answers would hold them."""
        width = max([len("exercise"), *(len(each.exercise.name) for each in self.exercises)])
        lines = [f"{'exercise':{width}}  mutants  killed  equivalent  survive   best trivial body"]
        lines += [_row(each, width) for each in self.exercises]
        lines += ["", self._totals()]
        best = sum(each.best()[1] for each in self.exercises)
        points = sum(each.exercise.points for each in self.exercises)
        lines += [f"the best trivial bodies together earn {best:g} of {points:g} points"]
        if puzzled := sum(each.puzzled() for each in self.exercises):
            lines += [f"{puzzled} answers were met with an error of a test's own; --json shows it in their remarks"]
        return "\n".join([*lines, *(line for each in self.exercises for line in _listed(each.survivors()))])

    def _totals(self) -> str:
        """How many mutants there are and what became of them; the share is of those that were judged."""
        total = Counter[State]()
        for each in self.exercises:
            total.update(each.counted())
        judged = total.total() - total["not judged"]
        share = f" ({total['killed'] / judged:.1%})" if judged else ""
        said = f"{total.total()} mutants, {total['killed']} killed{share}, {total['equivalent']} equivalent"
        said += f", {total['survives']} survive unexplained"
        return f"{said}, {total['not judged']} could not be judged" if total["not judged"] else said

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data, every mutant by line and state, every trivial body with what it earns."""
        found = [
            {
                "exercise": each.exercise.name,
                "points": each.exercise.points,
                **each.counted(),
                "mutants": [
                    {"was": mutant.was, "becomes": mutant.becomes, "state": each.state(mutant, score), **asdict(score)}
                    for mutant, score in each.mutants
                ],
                "trivial": [{"body": one.body, **asdict(score)} for one, score in each.trivial],
            }
            for each in self.exercises
        ]
        return {"exercises": found, "problems": self.problems()}


def survey(
    lesson: Path,
    suites: Path,
    equivalent: Iterable[Equivalent],
    *,
    seed: int,
    jobs: int,
    only: Collection[str] = (),
) -> Survey:
    """Judge every mutant and trivial body of the lesson's exercises, or of those that are named in `only`.

    Raises ValueError for a name that the lesson does not have, and what `read_lesson` and `export_modules` raise.
    """
    cells, on_file = read_lesson(lesson), list(equivalent)
    known = exercises(cells)
    unknown = set(only) - {each.name for each in known}
    if unknown:
        raise ValueError(f"the lesson has no exercise {', '.join(sorted(unknown))}; name one that it has")
    chosen = [each for each in known if not only or each.name in only]
    fields = field_defaults(map(ast.parse, export_modules(cells, source=lesson.name).values()))
    made = [(each, mutants_of(each, fields), trivial_answers(each)) for each in chosen]
    answers = [
        (each.name, source)
        for each, mutants, trivial in made
        for source in (each.source, *(one.source for one in mutants), *(one.source for one in trivial))
    ]
    with bench(lesson, suites, seed) as place:
        judged = iter(scores(place, answers, jobs))
    found = [
        Surveyed(
            each,
            next(judged),
            tuple([(mutant, next(judged)) for mutant in mutants]),
            tuple([(one, next(judged)) for one in trivial]),
            tuple(one for one in on_file if one.exercise == each.name),
        )
        for each, mutants, trivial in made
    ]
    strangers = [one for one in on_file if one.exercise not in {each.name for each in known}]
    return Survey(tuple(found), tuple(strangers))


def _row(each: Surveyed, width: int) -> str:
    counted, (body, earned) = each.counted(), each.best()
    numbers = f"{len(each.mutants):7d}  {counted['killed']:6d}  {counted['equivalent']:10d}  {counted['survives']:7d}"
    return f"{each.exercise.name:{width}}  {numbers}   {earned:g} of {each.exercise.points:g}: {body[:60]}"


def _listed(survivors: Sequence[Mutant]) -> Iterator[str]:
    """Survivors of one exercise, those of a line together."""
    yield from ("", survivors[0].exercise) if survivors else ()
    for was in dict.fromkeys(mutant.was for mutant in survivors):
        yield f"# - {was}"
        yield from (f"# + {mutant.becomes}" for mutant in survivors if mutant.was == was)


def _key(exercise: str, was: str, becomes: str) -> Key:
    before, after = (re.sub(r"[\s\\]", "", line).replace('"', "'") for line in (was, becomes))
    return exercise, before, after
