"""Support code that students get, against the answers that they are asked for: no function of it is one, and what comes
near one in its text was judged, piece by piece."""

import ast
import copy
import importlib
import inspect
import re
from pathlib import Path

import pytest

from autograder.publishing.contents import contents
from autograder.reading.lesson import load_lesson, split_solution
from tests.publications import LINKS
from tinytorch.checking import saved
from tinytorch.checking.outline import load_course
from tinytorch.checking.running import run_checks
from tinytorch.export import read_lesson

ROOT = Path(__file__).parents[1]
LESSON = ROOT / "modules/source/13_benchmarking/benchmarking_dev.py"
RELEASE = ROOT / "modules/release/13_benchmarking/benchmarking_dev.ipynb"

# These act on files, processes, the network or the command line; calling them with whatever a check passes is no test.
ACTING = ("__init__", "adapters", "benchmarking", "checking", "cli", "commands", "datasets/cifar", "datasets/download")
ACTING += ("machine/own_process", "mlperf/loadgen", "models/train_digits")

SIZE = 7  # parts of an expression that is compared

# Expressions of solutions, without the names of their variables, that support code has too, and why it may.
JUDGED = {
    "len(_) if _.ndim else 0": "counts rows, as the prompt of check_outputs says in words; what follows is not there",
    "len(_) != len(_)": "two lengths differ: a refusal that the docstring of accuracy asks for",
    "enumerate(zip(_, _, strict=True))": "Python's idiom for walking through two sequences",
    "not _.isfinite(_).all()": "a refusal of bad input that the docstrings ask for",
    "_.isfinite(_) and _ > 0": "positive and finite, as the docstring of poisson_arrivals says in words",
    "not (_.isfinite(_) and _ > 0)": "the same",
    "_ + 10 * _.sqrt(_)": "how many more than expected to draw: ten standard deviations; what is drawn is not there",
    "_ + 10 * _.sqrt(_) + 20": "the same",
    "min(_.min(), _.min())": "the least of two rows, for a refusal of a clock that is too coarse",
    "_.max() - _[0]": "how long a run took, which `Run.duration_ns` shows and explains",
    "int(_.max() - _[0])": "the same",
    "max(1, int(_.max() - _[0]))": "the same; how busy the server was meanwhile is not there",
    "_.median(_.completed - _.scheduled)": "the median of what the lesson says a latency is",
    "float(_.median(_.completed - _.scheduled))": "the same",
    "[QueryLog(len(_)) for _ in _]": "a log for each model, which the check beside `interleaved` shows",
    "_.sort(_.asarray(_, dtype=_))": "sorting, which the prompts ask for; which value to take is not there",
}


def support():
    """Every published module of the support by its path: its text."""
    files = contents(ROOT, RELEASE, load_lesson(RELEASE), LINKS)
    return {path: data.decode() for path, data in files.items() if path.endswith(".py")}


def callables():
    """Every function and class that the published support defines and that only computes, by its full name."""
    found = {}
    for path in support():
        if f"{path.removesuffix('.py')}/".startswith(tuple(f"tinytorch/{name}/" for name in ACTING)):
            continue
        module = importlib.import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        for key, value in vars(module).items():
            if callable(value) and getattr(value, "__module__", "") == module.__name__:
                found[f"{module.__name__}.{key}"] = value
    return found


@pytest.fixture(scope="module")
def solved():
    """What a notebook with every answer in it defines."""
    with saved._as_main() as namespace:
        for cell in read_lesson(LESSON):
            assert not saved._run(cell, namespace), cell.id
        yield namespace


def takes(function, like):
    """Whether a function can be called with as many arguments as another."""
    try:
        inspect.signature(function).bind(*inspect.signature(like).parameters)
    except (TypeError, ValueError):
        return False
    return True


def test_no_published_function_passes_an_exercises_visible_check(solved):
    found, exercises = callables(), load_course().exercises
    assert len(found) > 100
    tried, answers = 0, []
    for number, exercise in enumerate(exercises):
        alone = run_checks([exercise], solved)[0].state == "done"  # others need what an earlier check defined
        chosen = [exercise] if alone else exercises[: number + 1]
        assert run_checks(chosen, solved)[-1].state == "done", exercise.name
        for name, function in found.items():
            if takes(function, solved[exercise.name]):
                tried += 1
                outcome = run_checks(chosen, {**solved, exercise.name: function}, 5.0)[-1]
                answers += [(exercise.name, name)] if outcome.state == "done" else []
    assert tried > 500
    assert answers == []


def test_a_function_that_is_an_answer_would_be_found(solved, monkeypatch):
    """Why `percentile_interval` stands with the benchmarks, which students do not get."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    from order_statistics import percentile_interval

    (exercise,) = [each for each in load_course().exercises if each.name == "median_interval"]

    def answer(values, confidence=0.95):
        return solved["Interval"](*percentile_interval(values, 0.5, confidence), confidence)

    assert run_checks([exercise], {**solved, "median_interval": answer})[0].state == "done"
    assert not [path for path in support() if path.startswith("benchmarks/")]
    assert "tinytorch/benchmarking/stats.py" not in support()


class Blur(ast.NodeTransformer):
    """Takes the names of variables out of an expression; what is called and what is constant stays."""

    def visit_Name(self, node):
        return ast.copy_location(ast.Name("_"), node)

    def visit_Call(self, node):
        called = node.func
        node = self.generic_visit(node)
        node.func = called if isinstance(called, ast.Name) else node.func
        return node


def blurred(text):
    """{blurred: as it is} of the expressions in a Python text that have some size, without their variables' names."""
    found = {}
    for node in ast.walk(ast.parse(text)):
        parts = [part for part in ast.walk(node) if isinstance(part, ast.expr)]
        if isinstance(node, ast.expr) and not isinstance(node, ast.JoinedStr | ast.Tuple) and len(parts) >= SIZE:
            found[ast.unparse(Blur().visit(copy.deepcopy(node)))] = ast.unparse(node)
    return found


def resemblances():
    """{blurred expression: where} of solutions that stand in support code but not in the release."""
    shown = {
        expression
        for cell in read_lesson(RELEASE)
        if cell.kind == "code"
        for expression in blurred(re.sub(r"^(\s*)[%!].*", r"\1pass", cell.source, flags=re.MULTILINE))
    }
    found: dict[str, list[str]] = {}
    texts = {path: blurred(text) for path, text in support().items()}
    for cell in load_lesson(LESSON).cells:
        if cell.kind == "code" and split_solution(cell)[1]:
            own = blurred(cell.source).keys() - shown
            for path, theirs in texts.items():
                for each in own & theirs.keys():
                    found.setdefault(each, []).append(f"{cell.grade_id} in {path}: {theirs[each]}")
    return found


def test_what_resembles_a_solution_was_judged():
    found = resemblances()
    assert {each: where for each, where in found.items() if each not in JUDGED} == {}
    assert JUDGED.keys() <= found.keys(), "judged, and not there any more"
