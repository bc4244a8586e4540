"""The suites of what is concluded and reported, one exercise at a time: a right answer among stubs keeps all its
points, an answer that does nothing gets next to none, and no draw decides."""

import ast
import math
from collections import defaultdict
from itertools import zip_longest
from pathlib import Path

import pytest

from autograder.proving.cases import Case
from autograder.proving.matrix import judge_case
from autograder.proving.on_file import Answer
from autograder.sandbox.confinement import build_support
from tinytorch.export import read_lesson

ROOT = Path(__file__).parents[1]
MODULE = "13_benchmarking"
LESSON = ROOT / "modules/source" / MODULE / "benchmarking_dev.py"
RELEASE = ROOT / "modules/release" / MODULE / "benchmarking_dev.ipynb"
SUITES = LESSON.parent / "suites"
OURS = ("compare", "conclude", "detectors", "in_most", "report", "rows", "tables", "validation")
SOURCES = {cell.grade_id: cell.source for cell in read_lesson(LESSON) if cell.grade_id}
POINTS = {"compare": 3, "drift": 2, "closed_loop": 2, "in_most": 1, "conclude": 4, "StatisticalValidator": 2}
POINTS |= {"summary_row": 2, "html_table": 2, "PerformanceReporter": 2}

# What the body of an exercise may return without having looked at anything; its arguments come to these.
CONSTANTS = ["None", "[]", "{}", "''", "0", "True", "False", "(True, '')", "(False, '')"]
OWN = {
    "drift": ['Pitfall("drift", "", "", "")'],
    "closed_loop": ['Pitfall("closed loop", "", "", "", "invalid")'],
    "in_most": ["[found[0]]", "list(found)", '[Pitfall("cold start", "", "", "")]'],
    "conclude": [
        "(True, 'an improvement beyond the margin was shown')",
        "(False, 'no improvement beyond the margin was shown')",
        "(False, 'the runs do not count, so they show nothing')",
        "(False, 'no baseline was set, so nothing was compared')",
        '(False, "the model answers worse than 99 % of the baseline\'s accuracy")',
    ],
    "StatisticalValidator": [
        "Validation(False, False, [], [], None, '', None)",
        "Validation(True, True, [], [], None, '', None)",
    ],
    "summary_row": ['{"median": 0.0, "interval": None, "rounds": [], "stated": ""}'],
    "html_table": ["'<table><thead></thead><tbody></tbody></table>'"],
    "PerformanceReporter": ["Report(results, None, '', [], self.table)"],
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Judge answers, by exercise, in a package in which every other exercise is a stub; return points by exercise."""
    support = build_support(tmp_path_factory.mktemp("judged") / "support")
    suites = frozenset(f"test_{name}.py" for name in OURS)

    def judge(sources, seed=13):
        answers = tuple(Answer(name, "alone", "alone", source) for name, source in sources.items())
        verdict = judge_case(LESSON, RELEASE, SUITES, support, seed, Case("release", answers, (suites,)))
        earned = defaultdict(list)
        for outcome in verdict.outcomes:
            earned[outcome.exercise].append(outcome.earned)
        return {name: math.fsum(points) for name, points in earned.items()}, verdict

    return judge


def returning(exercise, value):
    """The exercise's source where its function, or its class's last method, only returns `value`."""
    tree = ast.parse(SOURCES[exercise])
    definition = tree.body[-1]
    if isinstance(definition, ast.ClassDef):
        definition = definition.body[-1]
    definition.body = ast.parse(f"return {value}").body
    return f"{SOURCES[exercise].splitlines()[0]}\n{ast.unparse(tree)}"


def idle_values(exercise):
    """All that an answer may return without having looked at anything."""
    definition = ast.parse(SOURCES[exercise]).body[-1]
    if isinstance(definition, ast.ClassDef):
        definition = definition.body[-1]
    return [*CONSTANTS, *(argument.arg for argument in definition.args.args), *OWN.get(exercise, [])]


def test_every_exercise_is_tried():
    """The points are those of the lesson, and the suites named here are those that judge these exercises."""
    marked = {name for name in POINTS if any(f'"{name}"' in (SUITES / f"test_{each}.py").read_text() for each in OURS)}
    assert marked == set(POINTS)


@pytest.mark.parametrize("exercise", POINTS)
def test_a_right_answer_among_stubs_keeps_all_its_points(judged, exercise):
    """A mistake costs its own exercise and no other, be it the mistake of having written nothing else."""
    earned, verdict = judged({exercise: SOURCES[exercise]})
    failed = [outcome.message for outcome in verdict.outcomes if outcome.exercise == exercise and outcome.message]
    assert earned[exercise] == POINTS[exercise], failed
    assert sum(earned.values()) == POINTS[exercise], "a stub earned something"
    assert not verdict.remarks


def test_an_answer_that_does_nothing_gets_a_tenth_at_most(judged):
    """Nothing found, or the same of everybody, is no work: and none of it is taken for a fault of the suites."""
    columns = zip_longest(*(idle_values(name) for name in POINTS))
    for values in columns:
        chosen = {name: value for name, value in zip(POINTS, values, strict=True) if value is not None}
        earned, verdict = judged({name: returning(name, value) for name, value in chosen.items()})
        paid = [(name, value, earned[name]) for name, value in chosen.items() if earned[name] > 0.1 * POINTS[name]]
        assert not paid
        assert not verdict.remarks


def test_no_draw_decides(judged):
    """Whatever number a grading run draws, the same answers get the same points, here all of them."""
    sources = {name: SOURCES[name] for name in POINTS}
    for seed in (0, 1, 2**31, 2**63 - 1):
        assert judged(sources, seed)[0] == pytest.approx(POINTS)
