"""The GitHub Classroom page: its workflow is what it says, and the folders that `gh classroom` makes are found."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from autograder.collecting.collect import find_submissions
from tests import mini

PAGE = mini.ROOT / "book" / "instructors" / "github_classroom.md"


def steps() -> list[dict[str, str]]:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    found: list[dict[str, str]] = workflow["jobs"]["checks"]["steps"]
    return found


def test_the_workflow_lists_each_visible_check(tmp_path: Path) -> None:
    (listing,) = (step["run"] for step in steps() if step.get("name") == "List the checks")
    document = mini.solved()
    error = {"output_type": "error", "ename": "AssertionError", "evalue": "expected 2", "traceback": []}
    mini.cell(document, "spread_check")["outputs"] = [error]
    mini.save(document, tmp_path / "checked.ipynb")
    script = listing.removeprefix("python - <<'END'\n").removesuffix("END\n")
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[:3] == ["passed middle", "passed Clock", "FAILED spread: AssertionError: expected 2"]
    assert (done.returncode, done.stderr.strip()) == (1, "1 checks failed")
    mini.cell(document, "spread_check")["outputs"] = []
    mini.save(document, tmp_path / "checked.ipynb")
    assert subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True).returncode == 0


def test_a_students_repository_needs_nothing_hidden() -> None:
    """What the page tells to put there is the release and the workflow; neither names a suite."""
    said = " ".join(step.get("run", "") for step in steps())
    assert not re.search(r"autograder|suites|secret|token", said)
    release = json.loads((mini.ROOT / "modules/release/13_benchmarking/benchmarking_dev.ipynb").read_bytes())
    checks = [cell for cell in release["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]
    assert len(checks) > 20


def test_cloned_repositories_are_students(tmp_path: Path) -> None:
    root = tmp_path / "13-benchmarking-submissions"
    for name in ("ada", "blaise"):
        repository = root / f"13-benchmarking-{name}"
        (repository / ".github" / "workflows").mkdir(parents=True)
        (repository / ".git" / "objects").mkdir(parents=True)
        (repository / ".git" / "objects" / "x.ipynb").write_text("{}")
        (repository / "README.md").write_text("mine")
        shutil.copy(mini.made() / mini.NOTEBOOK, repository / "benchmarking_dev.ipynb")
    found = find_submissions(root)
    assert [entry.student for entry in found] == ["13-benchmarking-ada", "13-benchmarking-blaise"]
    assert all(entry.path and not entry.attention for entry in found)
