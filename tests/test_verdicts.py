"""Judging: outcomes and their words, and whose fault it is when a test does not go as meant."""

import os
import sys

import numpy as np
import pytest

from autograder.examining.verdicts import SuiteError, judge
from autograder.sandbox import confinement
from autograder.sandbox.confinement import SandboxUnavailable
from tests.confined import QUICK, package, support, tier_of

SUITE = '''
import numpy as np
import numpy as np
import pytest
from autograder.examining.checks import close, expect
from autograder.examining.errors import StudentError

HIDDEN = "HIDDEN-EXPECTED-VALUE"

@pytest.mark.exercise("double", points=2)
def test_double_is_twice(student, seed):
    """HIDDEN-DOCSTRING"""
    yours = student.double(seed)
    assert close(yours, 2 * seed), expect(yours, 2 * seed, "Look at the factor.")

@pytest.mark.exercise("double", points=1)
def test_double_is_a_float(student, seed):
    assert type(student.double(float(seed))) is float

@pytest.mark.exercise("double", points=1.5)
def test_double_takes_arrays(student, seed):
    assert np.diff(student.double(np.arange(seed))).tolist() == [2] * (seed - 1), expect("no", "yes", "")

@pytest.mark.exercise("half", points=1)
def test_half_refuses_text(student):
    student.refuses("TypeError", lambda: student.half("text"))

@pytest.mark.exercise("half", points=0.5)
def test_half_says_what_is_wrong(student):
    with pytest.raises(StudentError, match="odd"):
        student.half(3)
'''
HONEST = """
    def double(x): return 2 * x
    def half(x):
        if isinstance(x, str): raise TypeError("text has no half")
        if x % 2: raise ValueError(f"{x} is odd")
        return x / 2
"""
POINTS = 6.0
NOWHERE = "[Errno 2] No such file or directory: 'nowhere'"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return support(tmp_path_factory.mktemp("support") / "support")


@pytest.fixture
def suites(tmp_path):
    folder = tmp_path / "suites"
    folder.mkdir()
    (folder / "test_double.py").write_text(SUITE)
    return folder


@pytest.fixture
def judged(tmp_path, base, suites):
    """Judge a package of one module."""

    def run(source, seed=13, limits=QUICK):
        folder = tmp_path / f"package-{len(list(tmp_path.iterdir()))}"
        return judge(package(folder, source), base, suites, seed, limits)

    return run


def earned(verdict):
    return sum(outcome.earned for outcome in verdict.outcomes)


def message(verdict, test):
    return next(outcome.message for outcome in verdict.outcomes if outcome.test.endswith(test))


def test_right_answers_get_full_marks(judged):
    verdict = judged(HONEST)
    assert earned(verdict) == POINTS == sum(outcome.points for outcome in verdict.outcomes)
    assert [outcome.exercise for outcome in verdict.outcomes] == ["double"] * 3 + ["half"] * 2
    assert {outcome.message for outcome in verdict.outcomes} == {""}
    assert (verdict.remarks, verdict.seed, verdict.attention) == ((), 13, False)
    assert verdict.tier == confinement.probe().name
    assert verdict.outcomes == judged(HONEST).outcomes


@pytest.mark.parametrize("kind", confinement.KINDS)
def test_verdicts_are_the_same_in_every_sandbox(judged, monkeypatch, kind):
    wrong = HONEST.replace("2 * x", "3.0 * x").replace("is odd", "has no half")
    expected, tier = judged(wrong), tier_of(kind)
    monkeypatch.setattr("autograder.sandbox.confinement.probe", lambda: tier)
    assert judged(wrong).outcomes == expected.outcomes


def test_a_mistake_costs_its_own_tests_only(judged):
    verdict = judged(HONEST.replace("2 * x", "3.0 * x"))
    assert earned(verdict) == POINTS - 2 - 1.5
    assert message(verdict, "is_twice") == "Yours: 39\nExpected: 26\nLook at the factor."
    assert message(verdict, "takes_arrays") == "Yours: no\nExpected: yes"


def test_feedback_holds_nothing_of_the_test(judged):
    verdict = judged("def double(x): return float('nan')\ndef half(x): return None")
    told = "\n".join(outcome.message for outcome in verdict.outcomes)
    for word in ("HIDDEN", "assert", "test_", "Traceback", "student.", ".py", "seed", "StudentError", "Regex"):
        assert word not in told, word
    assert message(verdict, "is_a_float") == ""
    assert message(verdict, "refuses_text").startswith("Yours: None\nExpected: a TypeError")
    assert message(verdict, "says_what_is_wrong").startswith("Yours: no error\nExpected: an error")


@pytest.mark.parametrize(
    ("call", "yours"),
    [
        ("student.half, 5, p=1", "returned 0.648 for 5, p = 1"),
        ("student.half, p=1, seed=seed", "returned 0.648 for p = 1"),
        ("student.half, np.zeros((3, 2))", "returned 0.648 for an array of shape (3, 2)"),
        ("student.half, list(range(99)), f=len", "returned 0.648 for 99 values, f = a function"),
        ("student.double, 3", "TypeError: double is for text for 3"),
        ("lambda: student.half(1)", "0.648"),
    ],
)
def test_what_should_be_refused_is_named_by_its_call(judged, suites, call, yours):
    body = f"@pytest.mark.exercise('half', points=1)\ndef test_x(student, seed): student.refuses('ValueError', {call})"
    (suites / "test_double.py").write_text(f"import numpy as np\nimport pytest\n{body}\n")
    source = "def half(*args, **kwargs): return 0.648\ndef double(x): raise TypeError('double is for text')"
    [outcome] = judged(source).outcomes
    look = "Its docstring says what is refused, and how."
    assert outcome.message == f"Yours: {yours}\nExpected: a ValueError\n{look}"


def test_an_exception_is_named_with_its_place(judged):
    verdict = judged("def double(x):\n    return 1 / 0\ndef half(x): raise ValueError('HTML <b>' + 'x' * 5000)")
    assert (
        message(verdict, "is_twice")
        == "Your double raised ZeroDivisionError: division by zero\nLook at line 2 of double."
    )
    assert max(len(outcome.message) for outcome in verdict.outcomes) < 900
    assert message(verdict, "says_what_is_wrong").startswith("Yours: an error that says something else")


def test_a_stub_is_not_written_yet_and_gets_nothing(judged):
    verdict = judged("def double(x): raise NotImplementedError()\ndef half(x): return double(x)")
    assert earned(verdict) == 0
    assert message(verdict, "is_twice") == "Your double is not written yet."
    assert message(verdict, "refuses_text") == "Your double is not written yet, and half needs it."
    assert earned(judged("")) == 0
    assert message(judged(""), "refuses_text") == "Your half could not be checked: there is no half."


def test_an_answer_that_a_test_cannot_use_is_no_point_and_a_remark(judged):
    verdict = judged(HONEST.replace("return 2 * x", "return None if hasattr(x, 'shape') else 2 * x"))
    assert earned(verdict) == POINTS - 1.5
    assert message(verdict, "takes_arrays").startswith("Yours: None\nExpected: a value that the check can work with")
    assert verdict.remarks[0].startswith("ValueError: diff requires")
    assert verdict.remarks[0].endswith(" in test_double.py::test_double_takes_arrays after the answer None")
    assert not verdict.attention, "a plain mistake is the student's, and nobody needs to look"


def test_what_no_answer_brings_about_is_looked_at(judged, suites):
    body = "@pytest.mark.exercise('double', points=1)\ndef test_x(student): student.double(3), open('nowhere')"
    (suites / "test_double.py").write_text(f"import pytest\n{body}\n")
    verdict = judged(HONEST)
    assert (earned(verdict), verdict.attention) == (0, True)
    remark = f"suite error: FileNotFoundError: {NOWHERE} in test_double.py::test_x after the answer 6"
    assert verdict.remarks == (remark,)


@pytest.mark.parametrize("constant", ["0.5", "None", "'text'", "[1, 2]", "np.zeros(3)", "{}"])
def test_a_constant_for_a_function_costs_its_own_exercise(judged, constant):
    verdict = judged(f"import numpy as np\nhalf = {constant}\ndef double(x): return 2 * x")
    kind = type(eval(constant, {"np": np})).__name__
    assert earned(verdict) == POINTS - 1.5
    assert message(verdict, "refuses_text") == f"Your half could not be checked: half is a {kind}, not a function."
    assert not verdict.attention


def test_a_package_that_cannot_be_imported_is_said_once(judged):
    verdict = judged("import nowhere")
    assert earned(verdict) == 0
    assert verdict.remarks == ("The package could not be imported: ModuleNotFoundError: No module named 'nowhere'",)
    assert message(verdict, "is_twice").startswith("Your code could not be imported")


@pytest.mark.parametrize(
    "body",
    [
        "def test_x(student): pass",
        "@pytest.mark.exercise('double')\ndef test_x(student): pass",
        "@pytest.mark.exercise('double', points=1)\ndef test_x(student): undefined",
        "@pytest.mark.exercise('double', points=1)\ndef test_x(student): student.double(3) + undefined",
        "@pytest.mark.exercise('double', points=1)\ndef test_x(student): student.double(1 / 0)",
        "@pytest.mark.exercise('double', points=1)\ndef test_x(student): pytest.skip('later')",
        "@pytest.mark.exercise('double', points=1)\ndef test_x(nothing): pass",
        "import nowhere",
        "",
    ],
    ids=[
        "no mark",
        "no points",
        "name error",
        "name error later",
        "error in an argument",
        "skip",
        "fixture",
        "import",
        "no test",
    ],
)
def test_a_faulty_suite_is_never_the_students_loss(judged, suites, body):
    (suites / "test_double.py").write_text(f"import pytest\n{body}\n")
    with pytest.raises(SuiteError, match="suite error"):
        judged(HONEST)


def test_a_slip_in_a_suites_model_is_told(judged, suites):
    body = "@pytest.mark.exercise('double', points=1)\ndef test_x(student): student.double(lambda: 1).missing\n"
    (suites / "test_double.py").write_text("import pytest\n" + body.replace("lambda: 1).missing", "lambda: undefined)"))
    verdict = judged("def double(f): return f()")
    assert (earned(verdict), verdict.attention) == (0, True)
    assert "its own model or clock raised NameError" in verdict.remarks[0]


def test_suites_are_loaded_anew_and_alone(judged, suites, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing")
    assert earned(judged(HONEST)) == POINTS
    (suites / "test_double.py").write_text(SUITE.replace("points=2", "points=7"))
    assert earned(judged(HONEST)) == POINTS + 5
    assert os.environ["PYTEST_ADDOPTS"] == "-k nothing"
    assert not [name for name in sys.modules if name.endswith("test_double")]


def test_the_seed_is_the_runs(judged):
    assert earned(judged("def double(x): return 26.0 if x in (13, 13.0) else None", seed=14)) < earned(
        judged("def double(x): return 26.0 if x in (13, 13.0) else None", seed=13)
    )


def test_without_a_sandbox_nothing_is_judged(judged, monkeypatch):
    def refuse():
        raise SandboxUnavailable("install bubblewrap")

    monkeypatch.setattr("autograder.sandbox.confinement.probe", refuse)
    with pytest.raises(SandboxUnavailable):
        judged(HONEST)


def test_the_callers_interrupt_is_not_swallowed(judged, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("autograder.examining.session.Session.request", interrupt)
    with pytest.raises(KeyboardInterrupt):
        judged(HONEST)
