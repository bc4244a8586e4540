"""`tinytorch.check()`: where an exercise stands and why, that nothing of the student's changes, and the table."""

import html.parser
import sys

import pytest

import tinytorch
from tinytorch.checking import quiet
from tinytorch.checking.outline import Course, Exercise, Question, load_course
from tinytorch.checking.running import Outcome, one_line, run_checks
from tinytorch.checking.standing import Standing, marked

PREAMBLE = """
import time
class Unspeakable(Exception):
    def __str__(self):
        raise KeyError("nothing to say")
class Clock:
    def now(self):
        return 1
    def advance(self):
        raise NotImplementedError("write your answer here")
calls = 0
"""
# name: (what the student wrote, the visible check, state, what is said)
CASES = {
    "double": ("def double(x): return 2 * x", "assert double(2) == 4", "done", ""),
    "message": (
        "def message(): return 3",
        "n = message()\nassert n == 4, f'four, got {n}\\nmore'",
        "failing",
        "four, got 3",
    ),
    "bare": (
        "def bare(): return 3",
        "x = 1\nassert (\n    bare()\n    == 4\n)",
        "failing",
        "does not hold: bare() == 4",
    ),
    "stub": ("def stub(): raise NotImplementedError('write')", "assert stub() == 1", "not yet", ""),
    "Clock": ("", "Clock().advance()", "not yet", "Clock.advance is still to be written"),
    "waits": (
        "def waits(): return Clock().advance()",
        "assert waits() == 1",
        "not yet",
        "waits for Exercise 5: Clock.advance is still to be written",
    ),
    "absent": ("", "assert absent() == 1", "not run", ""),
    "ready": (
        "def ready(): return 1",
        "value = absent\nassert ready()",
        "not yet",
        "waits for Exercise 7: the cell of absent was not run",
    ),
    "after": ("def after(): return 1", "assert after() == value", "not yet", "waits for the check of Exercise 8"),
    "helped": (
        "def helped(): return 1",
        "assert helped() == given()",
        "not run",
        "given is not defined: run the cells above it",
    ),
    "inside": (
        "def inside(): return NS_PER_S",
        "assert inside()",
        "failing",
        "NameError: name 'NS_PER_S' is not defined (in inside, line 1)",
    ),
    "crash": (
        "def crash():\n    x = 1\n    return x / 0",
        "assert crash()",
        "failing",
        "ZeroDivisionError: division by zero (in crash, line 3)",
    ),
    "wrong": (
        "def wrong(): return None",
        "assert wrong().shape == (2,)",
        "failing",
        "AttributeError: 'NoneType' object has no attribute 'shape' (at: wrong().shape == (2,))",
    ),
    "leaves": ("def leaves(): raise SystemExit", "leaves()", "failing", "SystemExit (in leaves, line 1)"),
    "mute": (
        "def mute(): raise Unspeakable",
        "mute()",
        "failing",
        "Unspeakable: its message could not be read: KeyError (in mute, line 1)",
    ),
    "asserts": (
        "def asserts(): assert 0, 'never'",
        "asserts()",
        "failing",
        "AssertionError: never (in asserts, line 1)",
    ),
    "hangs": ("def hangs():\n    while True: pass", "hangs()", "failing", "no answer within 0.2 s"),
    "sleeps": ("def sleeps(): time.sleep(60)", "sleeps()", "failing", "no answer within 0.2 s"),
    "floods": ("def floods():\n    while True: print('x' * 1000)", "floods()", "failing", "no answer within 0.2 s"),
    "noisy": (
        "def noisy():\n    global calls\n    calls = calls + 1\n    print('noise')\n    return calls",
        "assert noisy() == 1",
        "done",
        "",
    ),
    "own": ("def own(): return 'theirs'", "double = own()\nassert double", "done", ""),
}
EXERCISES = [
    Exercise(str(number), f"The {name}", name, 2.0, "", "1. Section", f"Write `{name}`.", check)
    for number, (name, (_, check, _, _)) in enumerate(CASES.items(), 1)
]


@pytest.fixture(scope="module")
def namespace():
    """What a student's cells defined."""
    names = {"__name__": "__main__"}
    for source in (PREAMBLE, *(source for source, *_ in CASES.values())):
        exec(source, names)
    return names


@pytest.fixture(scope="module")
def ran(namespace):
    """The outcomes by name, and the namespace before."""
    before = dict(namespace)
    return {each.exercise.name: each for each in run_checks(EXERCISES, namespace, seconds=0.2)}, before


@pytest.mark.parametrize("name", CASES)
def test_each_exercise_stands_where_it_stands_and_says_why(name, ran):
    outcome = ran[0][name]
    assert (outcome.state, outcome.said) == CASES[name][2:]


def test_nothing_of_the_students_changes(ran, namespace):
    assert list(namespace) == list(ran[1])
    assert all(namespace[name] is value for name, value in ran[1].items())
    assert namespace["calls"] == 0
    assert "n" not in namespace


def test_nothing_is_shown(namespace, capfd, recwarn):
    run_checks([each for each in EXERCISES if each.name in ("noisy", "floods")], namespace, seconds=0.05)
    warns = {"warns": eval("lambda: __import__('warnings').warn('look')")}
    run_checks([Exercise("1", "", "warns", 1.0, "", "", "", "warns()")], warns)
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


def test_an_interrupt_goes_through_and_leaves_the_namespace_alone():
    names: dict[str, object] = {}
    exec("def stops():\n    global left\n    left = 1\n    raise KeyboardInterrupt", names)
    with pytest.raises(KeyboardInterrupt):
        run_checks([Exercise("1", "", "stops", 1.0, "", "", "", "stops()")], names)
    assert "left" not in names


def test_in_a_browser_a_loop_is_ended_without_threads_or_signals(namespace, monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(quiet, "deadline", None)
    before = sys.gettrace()
    waits = {"double": namespace["double"], "spins": eval("lambda: [0 for _ in iter(int, 1)]")}
    exercises = [Exercise("1", "", "spins", 1.0, "", "", "", "spins()"), EXERCISES[0]]
    outcomes = run_checks(exercises, waits, seconds=0.1)
    assert [(each.state, each.said) for each in outcomes] == [("failing", "no answer within 0.1 s"), ("done", "")]
    assert sys.gettrace() is before


def test_no_message_is_longer_than_a_line():
    assert one_line("\n \n a\tb\x1b[31m\r\nc") == "a b [31m"
    assert len(one_line("x" * 10**6)) == 200
    assert one_line("") == ""


QUESTIONS = (Question("1", "question_a", 5.0, "End"), Question("2", "question_b", 5.0, "End"))
COURSE = Course("Module 0", tuple(EXERCISES), QUESTIONS)


TAGS = {"div", "p", "strong", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "code"}


class Text(html.parser.HTMLParser):
    """The tags and the text of a page; knows what is open."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.cells, self.open = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if {"td", "th"} & set(self.open):
            self.cells[-1] += data


def test_the_page_is_escaped_and_tells_no_state_by_colour_alone(ran):
    outcomes = list(ran[0].values())
    nasty = Exercise("9", "<script>alert(1)</script>", "x", 1.0, "", "<i>", "Write `<b>` now", "")
    standing = Standing(COURSE, [Outcome(nasty, "failing", "<img src=x>"), *outcomes])
    page = standing._repr_html_()
    read = Text(page)
    assert read.open == []
    assert {tag for tag, _ in read.tags} == TAGS
    assert not any(key.startswith("on") or key in ("src", "href") for _, attributes in read.tags for key in attributes)
    rows = [read.cells[i : i + 4] for i in range(3, len(read.cells), 4)]
    assert rows[0] == ["9", "<script>alert(1)</script>", "1", "✕ failing: <img src=x>"]
    for row, outcome in zip(rows[1:], outcomes, strict=True):
        assert row[3].partition(" ")[2] == f"{outcome.state}: {outcome.said}".removesuffix(": ")
    [bar] = [attributes for _, attributes in read.tags if attributes.get("role") == "progressbar"]
    assert (bar["aria-valuenow"], bar["aria-valuemax"]) == ("6", "43")
    assert bar["aria-valuetext"] == standing.summary == "3 of 22 checks hold, 6 of 43 points"
    assert all(attributes["scope"] for tag, attributes in read.tags if tag == "th")
    assert "The grade comes from hidden tests" in page
    assert "Write <code>&lt;b&gt;</code> now" in page


def test_the_text_is_the_same_table(ran):
    outcomes = list(ran[0].values())
    text = repr(Standing(COURSE, outcomes))
    assert max(map(len, text.split("\n"))) <= 100
    assert text.startswith("Module 0\n[####")
    flat = " ".join(text.split())
    for outcome in outcomes:
        said = f"{outcome.state}: {outcome.said}" if outcome.said else outcome.state
        assert f"{outcome.exercise.number} {outcome.exercise.title} 2 {said}" in flat
    assert "Next: Exercise 2, The message, in section 1. Section (2 points). Write `message`." in flat
    assert "The grade comes from hidden tests" in flat
    assert "2 questions (10 points) are read by a person." in flat


def test_what_to_do_next():
    def standing(*states, **words):
        return Standing(COURSE, [Outcome(each, state) for each, state in zip(EXERCISES, states, strict=False)], **words)

    assert "run the notebook's cells from the top" in standing("not run", "not run").what_next
    assert standing("done", "not run").next.exercise.number == "2"
    assert "questions 1, 2, at the end" in standing("done", "done").what_next
    answered = {"question_a": True, "question_b": False}
    assert "question 2, at the end" in standing("done", answered=answered).what_next
    assert "1 of them have an answer" in repr(standing("done", answered=answered))
    assert (
        "Every question has an answer. Then hand it in: `tinytorch.submit()`"
        in standing("done", answered={"question_a": True, "question_b": True}).what_next
    )
    assert standing("done").complete
    assert not standing("done", "failing").complete


def test_plain_data_for_a_script(ran):
    data = Standing(COURSE, list(ran[0].values()), answered={"question_a": True}).to_dict()
    assert data["done"] == 3
    assert data["next"] == "message"
    told = {"title": "The message", "section": "1. Section", "points": 2.0, "state": "failing", "said": "four, got 3"}
    assert data["exercises"][1] == {"number": "2", "name": "message", **told}
    assert [each["answered"] for each in data["questions"]] == [True, None]


def test_the_prompts_markdown_keeps_its_spaces_and_is_escaped():
    assert marked("a<b `c*<d>` **e&f** g*") == "a&lt;b <code>c*&lt;d&gt;</code> <strong>e&amp;f</strong> g*"
    assert marked("plain") == "plain"


def test_a_plain_program_is_checked_by_its_own_names():
    standing = tinytorch.check({"percentile": lambda values, p: 10.0})
    states = {each.exercise.name: each.state for each in standing.outcomes}
    assert states.pop("percentile") == "failing"
    assert set(states.values()) == {"not run"}
    assert [each.exercise for each in standing.outcomes] == list(load_course().exercises)
    caller: dict[str, object] = {}
    exec("import tinytorch\nfound = tinytorch.check()", caller)
    assert "run the notebook's cells" in repr(caller["found"])
