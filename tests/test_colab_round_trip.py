"""A notebook that went through Colab comes back to `autograder grade`, in the forms that Colab saves and in those that
students make by copying cells."""

import json

import pytest

from autograder import cli
from autograder.reading.layout import Layout
from autograder.reading.lesson import load_lesson
from autograder.reading.places import RELEASE
from autograder.reading.submission import normalise, read_submission
from tests import mini
from tests.publications import LINKS, notebook, published

BADGE = '<a href="https://colab.research.google.com/github/o/n/blob/main/n.ipynb"><img alt="Open In Colab"/></a>'
FULL = {"middle": 40.0, "Clock": 25.0, "spread": 20.0}


def saved(document):
    """Save as Colab does: a badge without an id in front, ids and forms in the metadata, outputs, ids kept."""
    document["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True, "include_colab_link": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(document["cells"]):
        cell["metadata"]["id"] = f"Zx{number:010}"
        if cell["cell_type"] == "code":
            cell["metadata"] |= {"colab": {"base_uri": "https://localhost:8080/"}, "outputId": "0ff-1ce"}
            cell["execution_count"] = number
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["ok\n"]}]
    badge = {"id": "view-in-github", "colab_type": "text"}
    document["cells"].insert(0, {"cell_type": "markdown", "metadata": badge, "source": [BADGE]})


def saved_without_ids(document):
    """As Colab saves what it opened in format 4.0: no ids of cells, and nbgrader's metadata kept."""
    saved(document)
    document["nbformat_minor"] = 0
    for cell in document["cells"]:
        cell.pop("id", None)


def stripped(document):
    """Every cell copied into a fresh notebook: sources alone are left."""
    saved_without_ids(document)
    for cell in document["cells"]:
        cell["metadata"] = {"id": cell["metadata"]["id"]}


def copied(document):
    """One answer deleted and pasted again, as a cell of its own, before it was solved a second time."""
    saved(document)
    at = document["cells"].index(mini.cell(document, "middle"))
    again = {**document["cells"].pop(at), "metadata": {"id": "pasted"}}
    again.pop("id")
    document["cells"].insert(at, again)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The results of one class, graded by the command: {student: what is in its file}."""
    course = tmp_path_factory.mktemp("colab")
    for form in (saved, saved_without_ids, stripped, copied):
        document = mini.solved()
        form(document)
        mini.save(document, course / "submitted" / form.__name__ / "13_benchmarking" / "benchmarking_dev.ipynb")
    mini.gradebook(course)
    words = ["--release", str(mini.made() / mini.NOTEBOOK), "--suites", str(mini.made() / "suites"), "--seed", "13"]
    assert cli.main(["grade", str(course), "--jobs", "1", *words]) == 0
    return {path.stem: json.loads(path.read_bytes()) for path in (course / "results").glob("*.json")}


@pytest.mark.parametrize("form", [saved, saved_without_ids, stripped, copied])
def test_every_point_comes_back(graded, form):
    result = graded[form.__name__]
    assert {mark["exercise"]: mark["earned"] for mark in result["marks"] if mark["exercise"] in FULL} == FULL
    assert not result["attention"], result["remarks"]


def test_what_colab_itself_does_is_not_remarked_on_and_what_was_repaired_is(graded):
    assert graded["saved"]["remarks"] == []
    assert graded["saved_without_ids"]["remarks"] == []
    said = " ".join(graded["stripped"]["remarks"])
    assert "Cell id lost, answer found by the name it defines" in said
    assert "written answer found by its question" in said
    assert " ".join(graded["copied"]["remarks"]).count("middle") == 1


@pytest.mark.parametrize("form", [saved, saved_without_ids, stripped])
def test_the_published_lesson_comes_back_whole(tmp_path, form):
    """The address in its first cell is no change of the student's, and every answer is found."""
    document = json.loads(notebook(published(), solved=True))
    form(document)
    path = tmp_path / "ada.ipynb"
    path.write_text(json.dumps(document))
    layout = Layout.of(load_lesson(RELEASE).cells)
    submission = read_submission(path, "ada", layout)
    assert submission.answers.keys() == layout.exercises.keys()
    assert (submission.extras, submission.imports) == ((), ())
    assert not [cell for cell in normalise(submission, layout.cells) if LINKS.download_archive in cell.source]
    if form is not stripped:
        assert submission.remarks == ()
