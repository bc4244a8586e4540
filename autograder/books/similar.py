"""Groups of near-identical answers: the same code under other names, other spacing and other comments.

An answer is compared as its syntax tree has it: local names numbered, docstrings and annotations gone. Exercises of a
few lines leave few ways to write them, so a way counts by how few of the class took it. What is found is a reason to
look, never a verdict. Runs nothing.
"""

from __future__ import annotations

import ast
import json
import math
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

from autograder.grading.results import Mark, Result
from autograder.reading.lesson import ASSIGNMENT, NOTEBOOK

SAME = 0.95  # share of the tokens that two answers have in common, in order
FEWEST_TOKENS = 30  # shorter answers are alike because there is no other way
USUAL_SHARE, USUAL_COUNT = 0.05, 3  # a way that more than both took is the usual one
CHANCE = 0.05  # that any pair of a class is listed whose members all chose their ways independently
_CHUNK = 500
_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Family:
    """Students whose answers to one exercise are alike, one to the next, and the tokens of the longest."""

    students: tuple[str, ...]
    tokens: int


@dataclass(frozen=True)
class Group:
    """A family that few of the class belong to; `wrong` where all of its students lost points there."""

    exercise: str
    students: tuple[str, ...]
    tokens: int
    wrong: bool


@dataclass(frozen=True)
class Pair:
    """Two students who are alike in more, and rarer, ways than chance explains.

    `alike` counts the exercises in which they are alike, `wrong` those of them in which both lost points, `rare` names
    those where less than a quarter of the class wrote so; `answered` counts the exercises that both answered.
    """

    students: tuple[str, str]
    alike: int
    answered: int
    wrong: int
    rare: tuple[str, ...]


def read_answers(course: Path, results: Sequence[Result]) -> dict[str, dict[str, str]]:
    """Return {exercise: {student: source}} from the graded notebooks in `course`; released stubs are left out."""
    found: dict[str, dict[str, str]] = {}
    for result in results:
        answered = {mark.exercise for mark in result.marks if mark.state == "answered"}
        path = course / "autograded" / result.student / ASSIGNMENT / NOTEBOOK
        if not answered or not path.is_file():
            continue
        for cell in json.loads(path.read_bytes())["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if name in answered:
                found.setdefault(name, {})[result.student] = "".join(cell["source"])
    return found


def families(answers: Mapping[str, Mapping[str, str]]) -> dict[str, list[Family]]:
    """Return every exercise's families, those of a single student too."""
    return {exercise: _families(given) for exercise, given in answers.items()}


def groups(found: Mapping[str, Sequence[Family]], results: Sequence[Result]) -> list[Group]:
    """Return the families of two and more that few belong to, wrong answers first, then the longer ones."""
    marks = {(result.student, mark.exercise): mark for result in results for mark in result.marks}
    listed = []
    for exercise, each in found.items():
        usual = max(USUAL_COUNT, USUAL_SHARE * sum(len(family.students) for family in each))
        for family in each:
            if 1 < len(family.students) <= usual and family.tokens >= FEWEST_TOKENS:
                wrong = all(_is_wrong(marks.get((student, exercise))) for student in family.students)
                listed.append(Group(exercise, family.students, family.tokens, wrong))
    return sorted(listed, key=lambda group: (not group.wrong, -group.tokens, group.exercise, group.students))


def pairs(found: Mapping[str, Sequence[Family]], results: Sequence[Result], most: int = 30) -> list[Pair]:
    """Return the pairs that chance does not explain, the most surprising first.

    A family of share s counts log2(1/s) bits. Were ways chosen independently, a pair's bits would reach
    b + sum(log2(2 - sum(s**2))) with a chance of at most 2**-b (Markov's inequality for 2**bits).
    """
    students = sorted({student for each in found.values() for family in each for student in family.students})
    index = {student: number for number, student in enumerate(students)}
    member = np.full((len(found), len(students)), -1)
    bits = np.zeros((len(found), len(students)))
    floor = math.log2(max(1, math.comb(len(students), 2)) / CHANCE)
    for row, each in enumerate(found.values()):
        total = sum(len(family.students) for family in each)
        floor += math.log2(2 - sum((len(family.students) / total) ** 2 for family in each))
        for number, family in enumerate(each):
            where = [index[student] for student in family.students]
            member[row, where], bits[row, where] = number, math.log2(total / len(family.students))
    surprising: list[tuple[float, int, int]] = []
    for start in range(0, len(students), _CHUNK):
        rows = slice(start, start + _CHUNK)
        scores = np.zeros((len(students[rows]), len(students)))
        for who, weight in zip(member, bits, strict=True):
            scores += np.where((who[rows, None] == who) & (who >= 0), weight, 0.0)
        for one, other in zip(*np.nonzero(np.triu(scores, start + 1) >= floor), strict=True):
            surprising.append((float(scores[one, other]), start + int(one), int(other)))
    marks = {(result.student, mark.exercise): mark for result in results for mark in result.marks}
    ranked = sorted(surprising, key=lambda each: (-each[0], each[1:]))[:most]
    return [_pair(students, one, other, list(found), member, bits, marks) for _, one, other in ranked]


def essence(source: str) -> str:
    """Return the tokens of the code with its own names numbered, joined by spaces; "" for what does not compile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            return " ".join(_TOKEN.findall(ast.unparse(_Plain(tree).visit(tree))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""


class _Plain(ast.NodeTransformer):
    """Numbers the names that the code binds itself, and drops docstrings and annotations."""

    def __init__(self, tree: ast.Module) -> None:
        bound = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        bound += [node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)]
        bound += [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name[:2] != "__"]
        self.bound = set(bound)
        self.numbers: dict[str, str] = {}

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self._number(node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(self._number(node.arg), None)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return ast.Pass()
        return ast.Assign([self.visit(node.target)], self.visit(node.value), lineno=0)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name, node.returns, node.body = self._number(node.name), None, _without_docstring(node.body)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = _without_docstring(node.body)
        return self.generic_visit(node)

    def _number(self, name: str) -> str:
        return self.numbers.setdefault(name, f"v{len(self.numbers)}") if name in self.bound else name


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return body[1:] or [ast.Pass()] if said else body


def _pair(
    students: Sequence[str],
    one: int,
    other: int,
    exercises: Sequence[str],
    member: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    bits: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    marks: Mapping[tuple[str, str], Mark],
) -> Pair:
    both = (students[one], students[other])
    answered = (member[:, one] >= 0) & (member[:, other] >= 0)
    alike = [row for row in range(len(exercises)) if answered[row] and member[row, one] == member[row, other]]
    wrong = [exercises[row] for row in alike if all(_is_wrong(marks.get((who, exercises[row]))) for who in both)]
    rare = tuple(exercises[row] for row in alike if bits[row, one] > 2)
    return Pair(both, len(alike), int(answered.sum()), len(wrong), rare)


def _families(given: Mapping[str, str]) -> list[Family]:
    students: dict[str, list[str]] = {}
    for student, source in given.items():
        if text := essence(source):
            students.setdefault(text, []).append(student)
    alphabet: dict[str, str] = {}
    texts = list(students)
    # A character a token: the comparison then counts tokens, and a long name weighs no more than a short one.
    words = ["".join(alphabet.setdefault(word, chr(0xE000 + len(alphabet))) for word in text.split()) for text in texts]
    root = list(range(len(texts)))
    for start in range(0, len(words), _CHUNK):
        scores = process.cdist(
            words[start : start + _CHUNK], words, scorer=Indel.normalized_similarity, score_cutoff=SAME
        )
        for row, column in zip(*scores.nonzero(), strict=True):
            _join(root, start + int(row), int(column))
    joined: dict[int, list[int]] = {}
    for index in range(len(texts)):
        joined.setdefault(_top(root, index), []).append(index)
    return [
        Family(
            tuple(sorted(student for index in same for student in students[texts[index]])),
            max(len(words[index]) for index in same),
        )
        for same in joined.values()
    ]


def _top(root: list[int], index: int) -> int:
    while root[index] != index:
        root[index] = root[root[index]]
        index = root[index]
    return index


def _join(root: list[int], one: int, other: int) -> None:
    one, other = _top(root, one), _top(root, other)
    root[max(one, other)] = min(one, other)


def _is_wrong(mark: Mark | None) -> bool:
    return mark is not None and mark.earned < mark.points
