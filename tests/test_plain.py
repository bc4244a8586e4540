"""A test is run without pytest's rounds only where that makes no difference."""

import pytest

from autograder.examining.collected import collected
from autograder.examining.plain import plain_call
from autograder.examining.verdicts import judge
from tests.confined import QUICK, package, support

PLAIN = """
import pytest

MADE = []

@pytest.fixture
def one():
    MADE.append("one")
    return len(MADE)

@pytest.fixture
def both(one, student):
    MADE.append("both")
    return one, student

@pytest.mark.exercise("f", points=1)
def test_each_has_fixtures_of_its_own(both, one, seed):
    assert both[0] == one
    assert (seed, both[1].f(2)) == (13, 4)

@pytest.mark.exercise("f", points=1)
def test_and_the_next_has_others(one):
    assert one > 2

@pytest.mark.usefixtures("one")
@pytest.mark.exercise("f", points=1)
def test_what_is_only_used_is_made_too(student):
    assert MADE[-1] == "one"

@pytest.mark.exercise("f", points=1)
def test_it_may_fail(student):
    assert student.f(1) == 3, "Yours: 2"

@pytest.fixture
def broken(student):
    return student.f("x") / 2

@pytest.mark.exercise("f", points=1)
def test_a_fixture_may_fail(broken):
    pass
"""
TEST = """
@pytest.mark.exercise("f", points=1)
def test_f(student, g):
    assert student.f(g) == 2 * g
"""
MORE = {
    "a parameter": "@pytest.mark.parametrize('g', [1, 2])" + TEST,
    "a class": "class TestF:\n    @pytest.mark.exercise('f', points=1)\n    def test_f(self, student):\n"
    "        assert student.f(1) == 2\n",
    "a fixture that cleans up": f"@pytest.fixture\ndef g():\n    yield 1\n{TEST}",
    "a request": f"@pytest.fixture\ndef g(request): return request.getfixturevalue('seed')\n{TEST}",
    "a longer life": f"@pytest.fixture(scope='module')\ndef g(): return 1\n{TEST}",
    "a setup of each test": f"def setup_function(): global X; X = 1\n\n@pytest.fixture\ndef g(): return X\n{TEST}",
    "a fixture with parameters": f"@pytest.fixture(params=[1, 2])\ndef g(request): return request.param\n{TEST}",
    "one that hides another": "@pytest.fixture\ndef seed(seed): return 1\n\n@pytest.fixture\n"
    f"def g(seed): return seed\n{TEST}",
}


@pytest.fixture
def suites(tmp_path):
    """Write one suite and read it."""

    def written(text):
        folder = tmp_path / "suites"
        folder.mkdir()
        (folder / "test_f.py").write_text(text)
        return folder

    return written


def judged(tmp_path, folder):
    return judge(package(tmp_path / "p", "def f(x): return 2 * x"), support(tmp_path / "support"), folder, 13, QUICK)


def test_plain_tests_get_what_pytest_gives(tmp_path, suites, monkeypatch):
    folder = suites(PLAIN)
    assert all(plain_call(item) for item in collected(folder.resolve()).items)
    quick = judged(tmp_path / "quick", folder)
    monkeypatch.setattr("autograder.examining.collected.plain_call", lambda item: None)
    (folder / "test_f.py").write_text(PLAIN + "\n")  # read anew
    assert [outcome.earned for outcome in quick.outcomes] == [1, 1, 1, 0, 0]
    slow = judged(tmp_path / "slow", folder)
    assert slow.outcomes == quick.outcomes
    assert slow.remarks == quick.remarks


@pytest.mark.parametrize("what", MORE)
def test_what_is_more_is_left_to_pytest(tmp_path, suites, what):
    folder = suites(f"import pytest\n\n{MORE[what]}")
    items = collected(folder.resolve()).items
    assert [plain_call(item) for item in items] == [None] * len(items)
    verdict = judged(tmp_path, folder)
    assert [outcome.message for outcome in verdict.outcomes] == [""] * len(items)
