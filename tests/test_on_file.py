"""The form of a file of answers: what it says is read, and whatever breaks it is named with its file and line."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.proving.on_file import Answer, AnswersError, Equivalent, read_answers

RIGHT = """# %% wrong: smallest
# Takes the smallest,
# whatever the order.
#| export stats
def middle(values):
    return min(values)

# %% right: sorts
# Sorts a copy.
#| export stats
def middle(values):
    # percent: 50 %%

    return sorted(values)[len(values) // 2]
"""


def write(folder: Path, text: str, name: str = "middle.py") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_cells_are_read_in_their_order_with_file_kind_name_and_comment(tmp_path: Path) -> None:
    write(tmp_path, RIGHT)
    write(tmp_path, RIGHT.replace("middle", "Clock"), "Clock.py")
    (tmp_path / "__pycache__").mkdir()
    found = read_answers(tmp_path)
    assert [answer.exercise for answer in found.wrong] == ["Clock", "middle"]
    assert found.wrong[1] == Answer(
        "middle",
        "smallest",
        "Takes the smallest, whatever the order.",
        "#| export stats\ndef middle(values):\n    return min(values)",
    )
    assert found.right[1].source.endswith("# percent: 50 %%\n\n    return sorted(values)[len(values) // 2]")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (RIGHT, "", "holds no cell"),
        (RIGHT, "\n\n", "holds no cell"),
        (RIGHT, "x = 1\n", "holds no cell"),
        ("# %% wrong: smallest\n", "\nimport os\n# %% wrong: smallest\n", "line 2: text before the first cell"),
        ("# %% wrong: smallest\n", "# Answers.\n# %% wrong: smallest\n", "line 1: text before the first cell"),
        ("wrong: smallest", "wrogn: smallest", "line 1: '# %% wrogn: smallest' is no head"),
        ("right: sorts", "variant: sorts", "line 8: '# %% variant: sorts' is no head"),
        ("right: sorts", "right: sorts it", "line 8: .* is no head"),
        ("right: sorts", "right:", "line 8: .* is no head"),
        ("right: sorts", "right", "line 8: .* is no head"),
        ("# %% right: sorts", "#%% right: sorts", "line 8: .* is no head"),
        ("# %% right: sorts", "# %%right: sorts", "line 8: .* is no head"),
        ("# %% right: sorts", "# %%", "line 8: .* is no head"),
        ("right: sorts", "right: smallest", "line 8: the name smallest stands in line 1 already"),
        ("right: sorts", "wrong: smallest", "line 8: the name smallest stands in line 1 already"),
        ("# Sorts a copy.\n", "", "line 9: sorts begins with a comment"),
        ("# Sorts a copy.\n", "# \n", "line 9: sorts begins with a comment"),
        ("# Sorts a copy.\n#| export stats\n", "# Sorts a copy.\n", "line 10: the comment of sorts is followed by"),
        ("\n# whatever the order.\n", "\n\n", "line 3: the comment of smallest is followed by"),
        ("    return min(values)\n", "    # ...\n", None),
        ("def middle(values):\n    return min(values)\n", "", "line 1: smallest is empty"),
        ("def middle(values):\n    return min(values)\n", "# to do\n", "line 1: smallest is empty"),
        (RIGHT[: RIGHT.index("# %% right")], "# %% wrong: smallest\n", "line 2: smallest begins with a comment"),
    ],
)
def test_what_breaks_the_form_is_named(tmp_path: Path, old: str, new: str, said: str | None) -> None:
    """The last line of a body may be a comment; that it is Python at all is for the judge to say."""
    assert old in RIGHT
    write(tmp_path, RIGHT.replace(old, new, 1))
    if said is None:
        assert read_answers(tmp_path).wrong
        return
    with pytest.raises(AnswersError, match=said) as refused:
        read_answers(tmp_path)
    assert str(tmp_path / "middle.py") in str(refused.value)


SAME = """# %% equivalent: spare
# Ten more than are needed:
# nine will do.
# - n = int(expected + 10)
# + n = int(expected + 9)
# + n = int(expected + 11)

"""


def test_what_changes_nothing_is_a_line_and_what_it_may_become(tmp_path: Path) -> None:
    """Beside the answers, in any order."""
    found = read_answers(write(tmp_path, SAME + RIGHT))
    becomes = ("n = int(expected + 9)", "n = int(expected + 11)")
    reason = "Ten more than are needed: nine will do."
    assert found.equivalent == (Equivalent("middle", "spare", reason, "n = int(expected + 10)", becomes),)
    assert (len(found.wrong), len(found.right)) == (1, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# Ten more than are needed:\n# nine will do.\n", ""),
        ("# - n = int(expected + 10)\n", ""),
        ("# + n = int(expected + 9)\n# + n = int(expected + 11)\n", ""),
        ("# - n", "n"),
        ("# nine", "# + nine"),
        ("# + n = int(expected + 11)", "# - n = int(expected + 11)"),
        ("# + n = int(expected + 9)\n", "# + n = int(expected + 9)\n\n"),
        (SAME[SAME.index("# Ten") :], ""),
    ],
)
def test_what_changes_nothing_has_a_form_too(tmp_path: Path, old: str, new: str) -> None:
    write(tmp_path, RIGHT + SAME.replace(old, new))
    with pytest.raises(AnswersError, match=r"middle\.py, line 15: spare gives its reason in a comment, then '# - '"):
        read_answers(tmp_path)


def test_without_a_folder_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_answers(tmp_path / "nowhere")


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
LINES = st.lists(st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=20).map("    ".__add__))


@settings(deadline=None)  # a busy machine is no fault
@given(st.dictionaries(NAMES, st.tuples(st.sampled_from(["wrong", "right"]), LINES), min_size=1))
def test_what_was_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, cells: dict) -> None:
    """Whatever stands in the bodies, each cell comes back whole, under its own name and kind."""
    folder = tmp_path_factory.mktemp("answers")
    sources = {name: "\n".join(["#| export m", "def f():", *lines]).rstrip() for name, (_, lines) in cells.items()}
    heads = (f"# %% {kind}: {name}\n# It is {name}.\n{sources[name]}\n" for name, (kind, _) in cells.items())
    found = read_answers(write(folder, "\n".join(heads)))
    for kind, answers in (("wrong", found.wrong), ("right", found.right)):
        assert {answer.name: answer.source for answer in answers} == {
            name: sources[name] for name in cells if cells[name][0] == kind
        }
