"""The published notebook in an imitated Colab: only the file, in an empty folder, with Colab's own packages there."""

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from autograder.links import Links
from autograder.publishing.publish import publish
from tests.colab.conftest import VERSIONS
from tests.publications import archive, notebook, served
from tinytorch.checking.outline import load_course

pytestmark = pytest.mark.filterwarnings("default")  # of Jupyter's own machinery; the lesson runs in the kernel


@pytest.fixture
def site(tmp_path):
    """The students' repository on a host of our own: (folder, paths that were asked for, where its archive is)."""
    with served() as (host, pages, asked):
        links = Links("course-org/benchmarking", "main", host)
        folder = tmp_path / "published"
        publish(folder, links)
        where = f"/{links.repository}/archive/{links.ref}.zip"
        pages[where] = archive(folder, links)
        yield folder, asked, where


def run(folder, data, kernel):
    """Run a notebook as Colab does, from a folder that holds nothing else; return it and the error that ended it."""
    folder.mkdir()
    (folder / "benchmarking_dev.ipynb").write_bytes(data)
    document = nbformat.reads(data.decode(), as_version=4)
    client = NotebookClient(document, timeout=900, kernel_name=kernel, resources={"metadata": {"path": str(folder)}})
    try:
        client.execute()
    except CellExecutionError as error:
        return document, error
    return document, None


def words(cell):
    return "".join(output.get("text", "") for output in cell.get("outputs", []))


def test_the_solved_lesson_runs_to_its_end_and_leaves_colabs_packages_alone(
    without_ours, installed, kernel, site, tmp_path
):
    published, asked, where = site
    before = installed()
    assert {name: before[name] for name in VERSIONS} == VERSIONS
    document, error = run(tmp_path / "content", notebook(published, solved=True), kernel)
    assert error is None, str(error)
    code = [cell for cell in document.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert asked == [where]
    assert "missing: ['tinytorch.charts']; installing http://127.0.0.1:" in words(code[0])
    after = installed()
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) <= {"tinytorch-benchmarking", "shtab"}
    assert (tmp_path / "content/my_capstone_results.html").stat().st_size > 10_000


def test_the_notebook_as_it_is_stops_at_the_first_exercise_with_its_hint(without_ours, kernel, site, tmp_path):
    published, asked, where = site
    document, error = run(tmp_path / "content", notebook(published, solved=False), kernel)
    assert error is not None
    stopped = next(cell for cell in document.cells if any(o.output_type == "error" for o in cell.get("outputs", [])))
    assert stopped.metadata.nbgrader.grade_id == "check_outputs_check"
    assert "write your answer here" in str(error)
    assert asked == [where]


def test_the_check_shows_what_stands_there_too(without_ours, kernel, site, tmp_path):
    """`tinytorch.check()` needs no file of the notebook: Colab has none on its disk."""
    published, *_ = site
    document = nbformat.reads(notebook(published, solved=True).decode(), as_version=4)
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in document.cells]
    asking = nbformat.v4.new_code_cell("import tinytorch\ntinytorch.check()")
    document.cells = [*document.cells[: names.index("server")], asking]
    document, error = run(tmp_path / "content", nbformat.writes(document).encode(), kernel)
    assert error is None, str(error)
    (shown,) = document.cells[-1].outputs
    exercises = [exercise.name for exercise in load_course().exercises]
    assert f"{exercises.index('server')} of {len(exercises)} checks hold" in shown["data"]["text/plain"]
    assert "<table" in shown["data"]["text/html"]


def test_where_the_package_cannot_be_fetched_one_sentence_says_so(without_ours, kernel, site, tmp_path):
    published, *_ = site
    data = notebook(published, solved=False).replace(b"/archive/main.zip", b"/archive/gone.zip")
    _, error = run(tmp_path / "content", data, kernel)
    assert error is not None
    assert error.ename == "ModuleNotFoundError"
    assert error.evalue == "['tinytorch.charts']: `pip install .` in the course's folder"
