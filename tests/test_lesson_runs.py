"""The solved lesson runs from its first cell to its last, in a kernel, from a folder that holds nothing else."""

import json
from pathlib import Path

import pytest

from autograder.reading.lesson import to_notebook
from tinytorch.export import read_lesson

LESSON = Path(__file__).parents[1] / "modules/source/13_benchmarking/benchmarking_dev.py"
RELEASE = Path(__file__).parents[1] / "modules/release/13_benchmarking/benchmarking_dev.ipynb"


def executed(cells, folder):
    """Return the notebook after running every cell in order in a fresh kernel; an error in one stops it there."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.reads(json.dumps(to_notebook(cells)), as_version=4)
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    try:
        client.execute()
    except CellExecutionError as error:
        return notebook, error
    return notebook, None


@pytest.mark.filterwarnings("ignore:Kernel is running over TCP", "ignore:.*Proactor", "default::DeprecationWarning")
def test_the_solved_lesson_runs_to_its_end(tmp_path):
    notebook, error = executed(read_lesson(LESSON), tmp_path)
    assert error is None, str(error)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert (tmp_path / "my_capstone_results.html").stat().st_size > 10_000
    drawn = sum("<svg" in str(output.get("data", {}).get("text/html", "")) for cell in code for output in cell.outputs)
    assert drawn >= 5, "timeline, closed and open loop, two CDFs, intervals, and the report's own"


@pytest.mark.filterwarnings("ignore:Kernel is running over TCP", "ignore:.*Proactor", "default::DeprecationWarning")
def test_the_released_notebook_stops_at_the_first_exercise_and_says_what_to_do(tmp_path):
    notebook, error = executed(read_lesson(RELEASE), tmp_path)
    assert error is not None
    stopped = next(cell for cell in notebook.cells if any(o.output_type == "error" for o in cell.get("outputs", [])))
    assert stopped.metadata.nbgrader.grade_id == "check_outputs_check"
    assert "write your answer here" in str(error)
