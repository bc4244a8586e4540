"""The newcomer's clock: publish, open the notebook, solve one exercise, check, grade, feedback, as the pages say it.

The commands are read from the instructors' page of the book and from the published README, so that a page that says
something else fails here. What each step took is printed at the end, and never judged.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.classroom.conftest import CLOCK
from tests.classroom.server import ROOT

PAGE = ROOT / "book" / "instructors" / "index.md"
HINT = "NotImplementedError: write your answer here"


def command(page: Path, beginning: str) -> list[str]:
    """Return the words of the one line in a page's code that begins so."""
    blocks = re.findall(r"```(?:bash|sh)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith(beginning)]
    assert len(set(lines)) == 1, f"{page} has {len(set(lines))} commands that begin with {beginning!r}"
    return shlex.split(lines[0])


@contextmanager
def clock(step: str) -> Iterator[None]:
    """Keep how long a step took."""
    begun = time.perf_counter()
    yield
    CLOCK.append((step, time.perf_counter() - begun))


class Newcomer:
    """Somebody in a checkout, with `autograder` of this one and `tinytorch` of the published folder on the path."""

    def __init__(self, home: Path) -> None:
        self.checkout, self.students = home / "checkout", home / "students"
        self.checkout.mkdir()
        (home / "bin").mkdir()
        for name, module, root in (("autograder", "autograder", ROOT), ("tinytorch", "tinytorch.cli", self.students)):
            script = home / "bin" / name
            script.write_text(f'#!/bin/sh\nPYTHONPATH="{root}" exec "{sys.executable}" -m {module} "$@"\n')
            script.chmod(0o755)
        self.environ = {**os.environ, "PATH": f"{home / 'bin'}:{os.environ['PATH']}"}

    def run(self, *words: str, cwd: Path | None = None) -> str:
        """Run a command in the checkout, or in `cwd`, and return what it printed."""
        done = subprocess.run(
            words, cwd=cwd or self.checkout, env=self.environ, capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 1), f"{' '.join(words)}: {done.stderr}"
        assert done.stderr == "" or done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        return done.stdout

    def opened(self) -> tuple[Any, str]:
        """Run the published notebook in a kernel until a cell fails; return it and the error."""
        notebook = nbformat.read(self.students / "benchmarking_dev.ipynb", as_version=4)
        try:
            NotebookClient(notebook, resources={"metadata": {"path": str(self.students)}}).execute()
        except CellExecutionError as error:
            return notebook, re.sub(r"\x1b\[[\d;]*m", "", str(error))
        raise AssertionError("the unsolved notebook ran to its end")


def test_from_a_checkout_to_feedback(tmp_path: Path, reference: dict[str, str]) -> None:
    somebody = Newcomer(tmp_path)
    readme = somebody.students / "README.md"
    mine = somebody.students / "benchmarking_dev.ipynb"

    with clock("publish"):
        assert "nothing secret found" in somebody.run(*command(PAGE, "autograder publish"))
    assert command(readme, ".venv/bin/jupyter")[-1] == mine.name

    with clock("open the notebook and run it"):
        notebook, error = somebody.opened()
    assert HINT in error
    assert "check_outputs" in error

    with clock("solve one exercise"):
        at = next(i for i, cell in enumerate(notebook.cells) if cell.id == "check_outputs")
        notebook.cells[at].source = reference["check_outputs"]
        (snippet,) = re.findall(r"```python\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
        notebook.cells.insert(at + 2, nbformat.v4.new_code_cell(f"{snippet.strip()}", id="mine"))
        nbformat.write(notebook, mine)

    with clock("check"):
        notebook, error = somebody.opened()
        shown = next(cell for cell in notebook.cells if cell.id == "mine").outputs
        said = somebody.run(*shlex.split("tinytorch check"), cwd=somebody.students)
    assert HINT in error
    assert "accuracy" in error  # the next exercise
    page = "".join(output["data"].get("text/html", "") for output in shown)
    assert re.search(r"1 of \d+ checks hold", re.sub("<[^>]+>", "", page))
    assert re.search(r"1 of \d+ checks hold, 1 of 85 points", said)
    assert "`tinytorch check`" in readme.read_text(encoding="utf-8")

    with clock("grade"):
        with zipfile.ZipFile(somebody.checkout / "submissions.zip", "w") as handed_in:
            handed_in.write(mine, "ada.ipynb")
        table = somebody.run(*command(PAGE, "autograder grade submissions.zip"))
    assert re.search(r"^ada +1 ", table, re.MULTILINE)

    with clock("feedback"):
        (written,) = somebody.run(*command(PAGE, "autograder feedback")).splitlines()
    text = (somebody.checkout / written).read_text(encoding="utf-8")
    assert "of 85 automatic points" in text
    assert "PASS" in text
    assert not re.search("test_[a-z]", text)


def test_a_page_that_says_something_else_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```bash\nautograder grade x\n```\n")
    assert command(page, "autograder grade") == ["autograder", "grade", "x"]
    with pytest.raises(AssertionError, match="has 0 commands"):
        command(page, "autograder publish")
