"""`tinytorch check` and `tinytorch.check()` on the real lesson: saved, released, half done, and in a kernel."""

import json
import shutil
from pathlib import Path

import pytest

from autograder.reading.lesson import load_lesson, to_notebook
from tests.test_lesson_runs import executed
from tinytorch import cli
from tinytorch.checking.outline import course_text, load_course, outline
from tinytorch.checking.saved import check_notebook
from tinytorch.commands import export
from tinytorch.export import ExportError, read_lesson

ROOT = Path(__file__).parents[1]
RELEASE = ROOT / "modules/release/13_benchmarking/benchmarking_dev.ipynb"
OUTLINE = ROOT / "tinytorch/course/13_benchmarking.json"


@pytest.fixture
def half(lesson_path: Path, tmp_path: Path) -> Path:
    """The released notebook with three answers, one of them wrong, one that is no Python, a check edited away."""
    solved = {cell.grade_id: cell.source for cell in read_lesson(lesson_path)}
    wrong = solved["accuracy"].replace("return None", "return 0.5")
    answers = {"check_outputs": solved["check_outputs"], "accuracy": wrong, "coin_flip_order": "def coin_flip_order(:"}
    answers |= {"accuracy_check": "assert True", "question_worth": "The queue, because ..."}
    document = to_notebook(read_lesson(RELEASE))
    for cell in document["cells"]:
        cell["source"] = answers.get(cell["metadata"].get("nbgrader", {}).get("grade_id"), "".join(cell["source"]))
    scratch = "%matplotlib inline\nimport math\n!ls\nTRIED = 1\nopen('made.txt', 'w')\ndef helper(): return math.pi"
    document["cells"].append({"cell_type": "code", "id": "scratch", "metadata": {}, "source": scratch, "outputs": []})
    path = tmp_path / "half.ipynb"
    path.write_text(json.dumps(document))
    return path


def test_the_committed_outline_is_the_lessons(lesson_path: Path) -> None:
    assert course_text(outline(read_lesson(lesson_path))) == OUTLINE.read_text(encoding="utf-8")


def test_the_outline_agrees_with_the_grader_and_is_read_again_whole(lesson_path: Path) -> None:
    lesson, course = load_lesson(lesson_path), load_course()
    for manual, items in ((False, course.exercises), (True, course.questions)):
        theirs = [(each.number, each.name, each.points) for each in lesson.exercises if each.manual is manual]
        assert theirs == [(each.number, each.name, each.points) for each in items]
    assert [each.section for each in course.exercises] == [each.section for each in lesson.exercises if not each.manual]
    assert course == outline(read_lesson(lesson_path)) == outline(read_lesson(RELEASE))
    assert all(each.prompt and each.size and each.title for each in course.exercises)


def test_the_outline_holds_nothing_that_the_release_does_not_show() -> None:
    shown = " ".join(" ".join(cell.source for cell in read_lesson(RELEASE)).split())
    document = json.loads(OUTLINE.read_text(encoding="utf-8"))
    texts = [line for each in document["exercises"] for line in each.pop("check")]
    texts += [text for each in document["exercises"] for text in each.values() if isinstance(text, str)]
    assert len(texts) > 200
    assert [text for text in texts if " ".join(text.split()) not in shown] == []


def test_a_check_without_a_heading_is_refused(mini_lesson: Path, mini_text: str) -> None:
    assert [each.name for each in outline(read_lesson(mini_lesson)).exercises] == ["VirtualClock", "percentile"]
    mini_lesson.write_text(mini_text.replace("Exercise 2.1: Percentile", "Percentile"))
    with pytest.raises(ExportError, match="'percentile_check' is a check without a heading"):
        outline(read_lesson(mini_lesson))


def test_the_solved_lesson_is_done_and_the_release_is_not_begun(lesson_path: Path) -> None:
    solved = check_notebook(lesson_path)
    assert solved.complete
    assert (solved.points, solved.possible) == (85, 85)
    assert set(solved.answered.values()) == {True}
    untouched = check_notebook(RELEASE)
    assert {outcome.state for outcome in untouched.outcomes} == {"not yet"}
    assert set(untouched.answered.values()) == {False}
    assert untouched.remarks == solved.remarks == []


def test_a_notebook_that_is_half_done(half: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(half.parent)
    standing = check_notebook(half)
    said = {outcome.exercise.name: (outcome.state, outcome.said) for outcome in standing.outcomes}
    assert said["check_outputs"] == ("done", "")
    assert said["accuracy"] == ("failing", "without labels: expected None, yours 0.5")
    assert said["coin_flip_order"][0] == "failing"
    assert said["coin_flip_order"][1].startswith("SyntaxError: ")
    assert said["server"] == ("not yet", "")
    assert standing.answered == {"question_waiting": False, "question_worth": True, "question_capstone": False}
    remark = "Here the check of Exercise 1.2 differs from the released one; the released one was run."
    assert standing.remarks == [remark]
    assert remark in repr(standing)
    assert not (half.parent / "made.txt").exists()
    assert "run on the notebook as it was saved" in repr(standing)


def test_a_check_whose_code_is_hidden_in_colab_is_the_released_one(lesson_path: Path, tmp_path: Path) -> None:
    """Colab writes a title over it."""
    document = to_notebook(read_lesson(lesson_path))
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = ["# @title Mine\n", *cell["source"]]
    path = tmp_path / "hidden.ipynb"
    path.write_text(json.dumps(document))
    assert check_notebook(path).remarks == []


def test_the_command(half: Path, lesson_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", str(lesson_path)]) == 0
    assert "Every visible check holds." in capsys.readouterr().out
    assert cli.main(["check", str(half), "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["done"], data["points"], data["possible"], data["next"]) == (1, 1, 85, "accuracy")
    (tmp_path / "text.ipynb").write_text("not a notebook")
    for name, why in (("absent.ipynb", "there is no"), ("text.ipynb", "is not a notebook"), (".", "is a folder")):
        assert cli.main(["check", str(tmp_path / name)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert why in err
        assert err.count("\n") == 1


def test_the_exporter_writes_and_checks_the_outline_of_its_own_lesson(
    lesson_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A student's notebook, and a lesson that goes elsewhere, leave it alone."""
    kept = tmp_path / "course" / "13_benchmarking.json"
    monkeypatch.setattr(export, "OUTLINE", kept)
    monkeypatch.setattr(export, "PACKAGE", tmp_path / "package")
    assert cli.main(["export", str(RELEASE)]) == 0
    assert cli.main(["export", str(lesson_path), "--to", str(tmp_path / "other")]) == 0
    assert not kept.exists()
    assert cli.main(["export", "--check"]) == 1
    assert "differs course/13_benchmarking.json" in capsys.readouterr().out
    assert not kept.exists()
    assert cli.main(["export"]) == 0
    assert kept.read_bytes() == OUTLINE.read_bytes()
    capsys.readouterr()
    assert cli.main(["export", "--check", "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["wrote"], done["removed"], done["differs"], done["note"]) == ([], [], [], None)
    kept.write_text("{}")
    assert cli.main(["export", "--check"]) == 1


@pytest.mark.filterwarnings("ignore:Kernel is running over TCP", "ignore:.*Proactor", "default::DeprecationWarning")
def test_in_a_kernel_where_the_notebook_is_not_in_the_folder(half: Path, tmp_path: Path) -> None:
    """As in Colab: the answers' cells are run, some end with an error, then the table is asked for."""
    shutil.rmtree(tmp_path / "empty", ignore_errors=True)
    (tmp_path / "empty").mkdir()
    cells = [
        cell for cell in read_lesson(half) if cell.kind == "code" and (cell.nbgrader or "import numpy" in cell.source)
    ]
    ask = "import tinytorch\nbefore = dict(globals())\nshown = tinytorch.check()\nshown"
    after = "[name for name in globals() if name[0] != '_' and globals()[name] is not before.get(name)]"
    document = to_notebook(cells)
    for number, source in enumerate((ask, after)):
        document["cells"].append(
            {"cell_type": "code", "id": f"ask-{number}", "metadata": {}, "source": source, "outputs": []}
        )
    for cell in document["cells"]:
        cell["metadata"]["tags"] = ["raises-exception"]
    path = tmp_path / "asked.ipynb"
    path.write_text(json.dumps(document))
    notebook, error = executed(read_lesson(path), tmp_path / "empty")
    assert error is None
    [output] = notebook.cells[-2].outputs
    assert output.data["text/plain"].split("\n")[1].endswith("1 of 38 checks hold, 1 of 85 points")
    assert "1 of 38 checks hold, 1 of 85 points" in output.data["text/html"]
    assert "without labels: expected None, yours 0.5" in output.data["text/html"]
    [output] = notebook.cells[-1].outputs
    assert output.data["text/plain"] == "['before', 'shown']"
