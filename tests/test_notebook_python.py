"""What runs in a notebook is read: IPython's syntax beside an answer, split cells, answers under an if, odd files."""

import ast
import copy
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from autograder.reading.source import tidy
from autograder.reading.submission import Submission
from tests import mini
from tests.mini import Document
from tinytorch.export import made_names, plain_python

ALL = {"middle", "Clock", "spread"}
MIDDLE = mini.ANSWERS["middle"]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[Document | bytes], Submission]:
    return lambda content: mini.read(content, tmp_path)


def with_middle(source: str) -> Document:
    document = mini.solved()
    mini.cell(document, "middle")["source"] = source
    return document


BESIDE = {
    "help": "{}\nmiddle?",
    "more help": "?middle\n{}\nmath.floor??\n",
    "a shell line's output": "x = !ls\n{}",
    "a magic's value": "{}\nx = %timeit -o middle([1])",
    "two lines of a magic": "!ls \\\n  -l\n{}\n%timeit \\\n  middle([1])",
    "a cell magic": "%%time\n{}",
    "a magic in a block": "{}\nif True:\n    %matplotlib inline\n",
    "autocall": "/print 1\n,print a\n;print a\n{}",
    "an indented cell": "    {}",
    "prompts": ">>> {}\n",
    "prompts of IPython": "In [3]: {}\n",
    "top-level await": "import asyncio\nawait asyncio.sleep(0)\n{}\nasync with x: pass\n",
    "an awaited value": "{}\ny = [i async for i in f()]",
    "several values": "a, b = !ls\n{}",
    "all of it": "%%time\n{}\nmiddle?\nx = !ls\nawait f(\n  1)\n",
}


@pytest.mark.parametrize("kind", BESIDE)
def test_ipythons_own_syntax_costs_nothing(kind: str, read: Any) -> None:
    shape = BESIDE[kind]
    between = {"an indented cell": "\n    ", "prompts": "\n... ", "prompts of IPython": "\n   ...: "}.get(kind, "\n")
    submission = read(with_middle(shape.replace("{}", MIDDLE.replace("\n", between))))
    assert submission.answers.keys() == ALL, submission.refused
    assert any("Repaired" in said for said in submission.remarks)
    module = mini.package(submission)["stats.py"]
    assert "def middle(values):\n    return sorted(values)[math.floor(len(values) / 2)]" in module
    scope: dict[str, Any] = {}
    exec(compile(module.replace("from .", "from "), "stats", "exec"), scope)
    assert scope["middle"]([3, 1, 2]) == 2


@pytest.mark.parametrize(
    "source",
    [
        "def middle(values):\n    return (len(values)\n        % 7)\nmiddle?",
        "def middle(values):\n    return len(values) \\\n        % 7\nx = !ls",
        'def middle(values):\n    """\n%time is money\n!\nwhy?\n"""\n    return 1 + (values\n!= 3)  # why?\nmiddle?',
        "def middle(values):\n    return '%s' % values  # is it so?\nmiddle?",
    ],
)
def test_a_line_that_goes_on_is_code(source: str, read: Any) -> None:
    """Beside a magic, what begins with the operator stays; so do texts and comments that look like commands."""
    answer = read(with_middle("#| export stats\n" + source)).answers.get("middle", "")
    code = source.rsplit("\n", 1)[0]
    assert answer.removesuffix("\nx = None") == code
    text, done = plain_python(source)
    assert text.split("\n")[:-1] == code.split("\n")
    assert len(done) == 1


pieces = st.sampled_from(
    ["x = 1", "def f(a):\n    return (a\n      % 2)", "y = [1,\n  2]", "%matplotlib inline", "!ls -l", "x?", "??x",
     "z = !ls", "w = %time 1", "if True:\n    %time 1\n    v = 1", 's = """\n%no\n!no\nno?\n"""', "t = 1 \\\n  % 2",
     "# %no?", "u = '%' % ()", "!ls \\\n  -l", "for i in []:\n    !ls", "class C:\n    m = 1", "", "q = {'a':\n 1}"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=6).map("\n".join), st.sampled_from(["", "    ", "%%time\n"]))
def test_the_names_are_those_that_ipython_sees(source: str, around: str) -> None:
    """IPython's own transformer is the judge of where a command stands; ours gives up a value, never a name."""
    if around == "    ":
        source = "\n".join(f"    {line}" for line in source.split("\n"))
    elif around:
        source = around + source
    expected = TransformerManager().transform_cell(source.removeprefix("%%time\n"))
    text, _ = plain_python(source)
    assert len(text.split("\n")) == len(source.split("\n")), "line numbers stay"
    assert set(made_names(ast.parse(text).body)) == set(made_names(ast.parse(expected).body))
    assert tidy(source)[0].made == set(made_names(ast.parse(text).body))


ELSEWHERE = {
    "if": "if True:\n    {}",
    "try": "try:\n    {}\nexcept NameError:\n    pass",
    "with": "import contextlib\nwith contextlib.suppress(ValueError):\n    {}",
    "if and else": "if math.pi > 3:\n    {}\nelse:\n    {}",
    "while": "while 1:\n    {}\n    break",
}


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_what_is_taken_as_an_answer_is_exported(kind: str, read: Any) -> None:
    submission = read(with_middle(ELSEWHERE[kind].replace("{}", MIDDLE.replace("\n", "\n    "))))
    assert submission.answers.keys() == ALL
    files = mini.package(submission)
    assert "middle" in files["__init__.py"]
    assert '__all__ = ["middle"]' in files["stats.py"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("from statistics import median as middle", "imports middle and does not define it"),
        (
            f"if __name__ == '__main__':\n    {MIDDLE}".replace("\n    return", "\n        return"),
            "under a condition only",
        ),
        ("for _ in range(1):\n    middle = len", "under a condition only"),
        (f"{MIDDLE}\ndel middle", "under a condition only"),
        ("middle: int", "does not define middle"),
    ],
)
def test_what_is_not_exported_is_no_answer_and_says_so(source: str, reason: str, read: Any) -> None:
    submission = read(with_middle(source))
    assert submission.answers.keys() == {"Clock", "spread"}
    assert reason in submission.refused["middle"]


names = st.sampled_from("abc")
lines = st.builds("{} = 1".format, names) | st.builds("def {}(): pass".format, names) | st.just("pass")
inner = st.recursive(
    lines.map(lambda line: [line]),
    lambda body: st.one_of(
        st.tuples(body, body).map(lambda pair: pair[0] + pair[1]),
        st.tuples(st.sampled_from(["P", "Q", "True", "False", "0"]), body, body).map(
            lambda made: [f"if {made[0]}:", *indented(made[1]), "else:", *indented(made[2])]
        ),
        st.tuples(st.sampled_from(["P", "Q", "1"]), body).map(lambda made: [f"if {made[0]}:", *indented(made[1])]),
        body.map(lambda made: ["try:", *indented(made), "finally:", "    pass"]),
        body.map(lambda made: ["with W:", *indented(made)]),
        body.map(lambda made: ["for i in N:", *indented(made)]),
        names.map(lambda name: [f"{name} = 1", f"del {name}"]),
    ),
    max_leaves=6,
)


def indented(body: list[str]) -> list[str]:
    return [f"    {line}" for line in body]


class Nothing:
    def __enter__(self) -> None: ...
    def __exit__(self, *error: object) -> None: ...


@settings(max_examples=300, deadline=None)
@given(inner)
def test_a_made_name_is_there_whatever_happens(body: list[str]) -> None:
    """Run the cell under every condition: what is made is what each run leaves behind."""
    text = "\n".join(body)
    left = []
    for p, q, n in itertools.product([True, False], [True, False], [[], [1]]):
        scope: dict[str, Any] = {"P": p, "Q": q, "N": n, "W": Nothing()}
        exec(text, scope)
        left.append({name for name in scope if name in "abc"})
    made = set(made_names(ast.parse(text).body))
    assert made <= set.intersection(*left)
    if max(map(text.count, ["P", "Q", "N"])) < 2:  # nobody has to see that two conditions are one
        assert made == set.intersection(*left)


def split(document: Document, name: str, at: int, form: str) -> Document:
    """Cut a cell in front of line `at`, as Split Cell does; `form` says which halves keep the metadata."""
    cells = document["cells"]
    index = cells.index(mini.cell(document, name))
    lines = "".join(cells[index]["source"]).split("\n")
    upper, lower = copy.deepcopy(cells[index]), copy.deepcopy(cells[index])
    upper["source"], lower["source"] = "\n".join(lines[:at]), "\n".join(lines[at:])
    for half, kept in ((upper, ("both", "upper")), (lower, ("both", "lower"))):
        if form not in kept:
            half["metadata"] = {}
    cells[index : index + 1] = [upper, lower]
    return document


HELPED = """import math
def _half(n):
    return n // 2
def middle(values):
    values = sorted(
        values)
    return values[_half(len(values))]"""


@pytest.mark.parametrize("form", ["both", "upper", "lower", "none"])
def test_halves_are_joined(form: str, read: Any) -> None:
    for name, source in {**mini.ANSWERS, "middle": HELPED}.items():
        for at in range(2, len(source.split("\n")) + 1):
            document = split(with_middle(f"#| export stats\n{HELPED}"), name, at, form)
            submission = read(document)
            assert submission.answers.keys() == ALL, (name, at, submission.refused)
            files = mini.package(submission)
            scope: dict[str, Any] = {}
            exec(compile(files["stats.py"], "stats", "exec"), scope)
            assert scope["middle"]([3, 1, 2, 5, 4]) == 3, (name, at)
            if name in ALL:
                assert ast.dump(ast.parse(submission.answers[name])) or name == "middle"


def test_thirds_are_joined_too(read: Any) -> None:
    document = split(split(mini.solved(), "Clock", 3, "upper"), "Clock", 2, "both")
    submission = read(document)
    assert submission.answers.keys() == ALL
    assert "The answer had been split over several cells, which were joined: Clock." in submission.remarks


def test_an_error_in_a_half_costs_its_own_exercise(read: Any) -> None:
    for form in ("both", "upper", "lower", "none"):
        document = mini.solved()
        mini.cell(document, "Clock")["source"] = f"#| export clock\n{mini.ANSWERS['Clock']} +"
        submission = read(split(document, "Clock", 4, form))
        assert submission.answers.keys() == ALL - {"Clock"}, form
        assert "does not compile" in submission.refused["Clock"]


def test_copies_and_scratch_cells_are_no_halves(read: Any) -> None:
    document = mini.solved()
    index = document["cells"].index(mini.cell(document, "middle"))
    copied = copy.deepcopy(document["cells"][index])
    copied["source"] = "#| export stats\ndef middle(values):\n    return 'second'"
    document["cells"][index + 1 : index + 1] = [mini.code("x = middle([1, 2, 3])\n"), copied]
    submission = read(document)
    assert submission.answers["middle"] == "def middle(values):\n    return 'second'"
    assert "x = " not in "".join(submission.answers.values())
    assert not any("split" in said for said in submission.remarks)


def test_a_written_answer_in_several_cells_is_whole(read: Any) -> None:
    for metadata in ({}, None):
        document = mini.solved()
        index = document["cells"].index(mini.cell(document, "question_measured"))
        more = copy.deepcopy(document["cells"][index])
        more["source"] = "And the 99th percentile was 9 ms."
        if metadata is not None:
            more["metadata"] = metadata
        document["cells"].insert(index + 1, more)
        submission = read(document)
        assert submission.written["question_measured"] == "The median was 4.2 ms.\n\nAnd the 99th percentile was 9 ms."
        assert "read as part of the answer: question_measured." in submission.remarks[-1]


def test_a_module_that_is_missing_costs_who_uses_it(read: Any) -> None:
    """A local variable of the same name is not that module."""
    document = with_middle(f"#| export stats\nimport nowhere_at_all as value\n{MIDDLE}")
    submission = read(document)
    assert submission.refused.keys() == {"middle"}
    mini.cell(document, "spread")["source"] = "#| export clock\ndef spread(values):\n    return value.largest(values)"
    assert read(document).refused.keys() == {"middle", "spread"}


def test_blocks_without_end_are_refused_and_end_nothing(read: Any) -> None:
    deep = "if 0: x = 1\n" + "".join(f"elif {n}: x = 1\n" for n in range(2_000))
    for source in (f"{MIDDLE}\n{deep}", f"{MIDDLE}\n{deep}await f()", f"await f({'-' * 2_000}1)\n{MIDDLE}"):
        assert read(with_middle(source)).answers.keys() >= ALL - {"middle"}


def test_lines_without_their_ends_are_lines(read: Any) -> None:
    document = mini.solved()
    for cell in document["cells"]:
        cell["source"] = "".join(cell["source"]).split("\n")
    submission = read(document)
    assert submission.answers == read(mini.solved()).answers
    assert submission.written


def test_what_follows_the_end_is_left_out_and_said(read: Any) -> None:
    data = json.dumps(mini.solved()).encode()
    for more in (b"}", b"\n}\n", b"]", b"x", data):
        submission = read(data + more)
        assert submission.answers.keys() == ALL
        assert "goes on after the notebook's end" in submission.remarks[0]
    assert "cut off" in read(data[:-1]).remarks[0]
