"""The student's page: what it says, what it never says, and that nothing in it can run."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograder.books.feedback import Finding, findings, reflowed, render, wording, write_pages
from autograder.grading.results import Lost, Mark, Question, Result

HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}<img src=x onerror=alert(1)>&lt;'


class Page(HTMLParser):
    """Collects tags and text, and fails on anything that is not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag not in ("meta", "br", "img"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.text += data


@pytest.fixture
def result() -> Result:
    schedule = {"module": "schedule", "section": "3. Schedule"}
    lost = (
        Lost("test_schedule.py::test_secret_name", 1.5, 0.0, "Yours:    0.00\nExpected: 1.00\nDraw each gap."),
        Lost("test_schedule.py::test_other", 0.5, 0.0, "It raised IndexError."),
        Lost("test_schedule.py::test_third", 1.0, 0.0, "It raised IndexError."),
    )
    marks = (
        Mark("arrivals", "Poisson arrivals", points=4.0, earned=1.0, lost=lost, number="3.1", **schedule),
        Mark("order", "Sample order", points=2.0, earned=2.0, number="3.2", **schedule),
        Mark(
            "server",
            "Server",
            "loadgen",
            5.0,
            0.0,
            "refused",
            "The answer does not compile (line 4: x).",
            (),
            "4. Load",
        ),
        Mark("offline", "Offline", "loadgen", 5.0, 0.0, "unanswered", lost=lost, section="4. Load"),
    )
    questions = (Question("q1", "Question 1", 5.0, "It took 4.61 ms.", "How long?"), Question("q2", "Question 2", 5.0))
    return Result("ada", "x.ipynb", 4242, "bubblewrap", 0.1, marks, questions, ("A remark.",))


def test_the_page_says_points_reasons_and_where_to_look(result: Result) -> None:
    text = " ".join(Page(render(result)).text.split())
    for said in (
        "Feedback for ada: 3 of 16 points",
        "3. Schedule 3 of 6",
        "4. Load 0 of 10",
        "A remark.",
        "3.1 Poisson arrivals arrivals lost 3 · 1 of 4",
        "Yours:0.00Expected:1.00 Draw each gap.",
        "Read again: 3. Schedule, exercise 3.1",
        "3.2 Sample order order PASS · 2 of 2",
        "The answer does not compile (line 4: x). The released stub was graded instead.",
        "Offline offline not answered · 0 of 5",
        "to be read by your instructor",
        "How long?",
        "It took 4.61 ms.",
        "2 written questions for up to 10 points more: 1 answered, to be read by your instructor.",
        "Graded on virtual time",
    ):
        assert said in text, said


def test_the_page_says_nothing_of_the_hidden_tests(result: Result) -> None:
    page = render(result)
    assert "test_" not in page
    assert "4242" not in page
    assert page.count("It raised IndexError.") == 1


def test_the_instructors_view_adds_the_tests_and_the_seed(result: Result, tmp_path: Path) -> None:
    text = " ".join(Page(render(result, instructor=True)).text.split())
    assert "lost 1.5 by test_secret_name" in text
    assert "lost 1.5 by test_other, test_third" in text
    assert "Seed 4242 · bubblewrap · x.ipynb" in text
    (path,) = write_pages([result], tmp_path, instructor=True)
    assert "for the instructor" in path.read_text(encoding="utf-8")


def test_a_page_is_one_file_without_scripts(result: Result, tmp_path: Path) -> None:
    (path,) = write_pages([result], tmp_path / "pages")
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert path.name == "ada.html"
    assert not {"script", "link", "img", "iframe", "form"} & set(page.tags)
    assert not re.search(r"(src|href)=\"(?!#)", text)
    assert not [name for name in page.attributes if name.startswith("on")]
    for rule in ("prefers-color-scheme: dark", "@media print", "width=device-width"):
        assert rule in text


def test_what_students_write_is_shown_and_never_runs(result: Result) -> None:
    mark = Mark(
        HOSTILE, HOSTILE, HOSTILE, 4.0, 0.0, lost=(Lost("t", 4.0, 0.0, HOSTILE),), section=HOSTILE, number=HOSTILE
    )
    refused = Mark("x", "x", "x", 1.0, 0.0, "refused", HOSTILE)
    question = Question("q", HOSTILE, 5.0, HOSTILE, HOSTILE)
    page = Page(render(Result(HOSTILE, "x", 1, "", 0.0, (mark, refused), (question,), (HOSTILE,))))
    assert not {"script", "img"} & set(page.tags)
    assert page.text.count(HOSTILE) >= 8
    assert "49" not in page.text


def test_messages_are_read_in_the_form_of_the_suites() -> None:
    def lost(message: str) -> Mark:
        return Mark("x", "x", "x", 2.0, 0.0, lost=(Lost("a", 2.0, 0.0, message),))

    assert findings(lost("Yours: 1\nExpected: 2")) == [Finding(2.0, "", "1", "2", ("a",))]
    assert findings(lost("Yours:    a\nb\nExpected: 2\nLook\nhere")) == [
        Finding(2.0, "Look\nhere", "a\nb", "2", ("a",))
    ]
    assert findings(lost("No form at all")) == [Finding(2.0, "No form at all", tests=("a",))]
    assert findings(lost("Expected: 2\nYours: 1"))[0].look == "Expected: 2\nYours: 1"
    assert len(findings(lost("x" * 10_000))[0].look) == 600


def test_texts_are_laid_out_as_markdown_would() -> None:
    assert reflowed("one\ntwo\n\nthree\n- a\n- b\n1. c\n  d") == "one two\n\nthree\n- a\n- b\n1. c\n  d"
    assert wording("**Question 1 (5 points).** How **long**?") == "How long?"
