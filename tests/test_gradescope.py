"""The autograder zip, unpacked and run in the folders that Gradescope has, by an honest and by a curious student."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.books import gradescope
from autograder.reading.places import RELEASE, SUITES
from tests import mini

CURIOUS = """def middle(values: list[float]) -> float:
    import os, pathlib
    seen = []
    for place in map(pathlib.Path, {places!r}):
        for look in (place.read_text, lambda place=place: os.listdir(place.parent)):
            try:
                seen.append(look())
            except OSError:
                pass
    assert not seen, f"loot: {{seen}}"
    return sorted(values)[len(values) // 2]
"""


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """AUTOGRADER_ROOT as Gradescope lays it out. Others may enter it: only its modes keep them out."""
    root = Path(tempfile.mkdtemp(prefix="autograder-"))
    root.chmod(0o755)
    for name in ("source", "submission", "results"):
        (root / name).mkdir()
    made = gradescope.build(tmp_path / "autograder.zip", mini.made() / mini.NOTEBOOK, mini.made() / "suites")
    with zipfile.ZipFile(made) as archive:
        archive.extractall(root / "source")
        for info in archive.infolist():  # Python's own unpacking forgets the modes
            (root / "source" / info.filename).chmod(info.external_attr >> 16 & 0o777)
    shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
    run(root, root / "source" / "setup.sh")
    yield root
    shutil.rmtree(root)


def run(root: Path, script: Path) -> "subprocess.CompletedProcess[str]":
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, "AUTOGRADER_ROOT": str(root), "AUTOGRADER_PYTHON": sys.executable}
    return subprocess.run([script], cwd=root, env=environment, capture_output=True, text=True, check=True)


def results(root: Path, **answers: str) -> dict[str, Any]:
    mini.save(mini.notebook(mini.made() / mini.NOTEBOOK, **answers), root / "submission" / "my work (1).ipynb")
    run(root, root / "run_autograder")
    found: dict[str, Any] = json.loads((root / "results" / "results.json").read_text())
    return found


def test_a_curious_submission_is_graded_and_finds_nothing(root: Path) -> None:
    suite = root / "source" / "suites" / "13_benchmarking" / "test_mini.py"
    assert suite.stat().st_mode & 0o077 == 0
    assert suite.parent.stat().st_mode & 0o077 == 0
    if os.geteuid() == 0:
        other = subprocess.run(["cat", suite], user=65534, group=65534, capture_output=True, text=True, check=False)
        assert "Permission denied" in other.stderr
    places = [str(suite), str(mini.made() / "suites" / "test_mini.py"), str(root / "run_autograder")]
    wrong = "def spread(values):\n    return 0.0\n"
    found = results(root, Clock=mini.ANSWERS["Clock"], middle=CURIOUS.format(places=places), spread=wrong)
    middle, clock, spread = found["tests"]
    assert (middle["name"], middle["number"], middle["score"], middle["max_score"]) == ("Middle", "1.1", 40.0, 40.0)
    assert (middle["status"], clock["status"], spread["status"]) == ("passed", "passed", "failed")
    assert found["score"] == 65.0 + spread["score"] < 85.0
    assert "test_" not in spread["output"]
    assert found["extra_data"]["sandbox"]
    assert sum(found["extra_data"]["lost"].values()) == 85.0 - found["score"]
    assert isinstance(found["extra_data"]["seed"], int)


def test_without_a_notebook_there_is_a_reason(root: Path) -> None:
    (root / "submission" / "essay.pdf").write_bytes(b"%PDF")
    run(root, root / "run_autograder")
    found = json.loads((root / "results" / "results.json").read_text())
    assert "There is no notebook among the files handed in." in found["output"]
    assert found["extra_data"]["attention"]


def test_where_nothing_can_be_graded_there_is_no_score(root: Path) -> None:
    suite = root / "source" / "suites" / "13_benchmarking" / "test_mini.py"
    suite.write_text("import nowhere_to_be_found\n")
    with pytest.raises(subprocess.CalledProcessError) as failed:
        results(root, **mini.ANSWERS)
    assert "suite error" in failed.value.stderr
    found = json.loads((root / "results" / "results.json").read_text())
    assert "score" not in found
    assert "nowhere" not in json.dumps(found)
    assert "could not be graded" in found["output"]


def test_the_zip_holds_no_solution_and_is_the_same_each_time(tmp_path: Path) -> None:
    suites = SUITES
    one, two = (gradescope.build(tmp_path / name, RELEASE, suites) for name in ("one.zip", "two.zip"))
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        names = set(archive.namelist())
        requirements = archive.read("requirements.txt").decode()
        texts = {name: archive.read(name) for name in names if name.endswith((".py", ".ipynb"))}
    assert {"setup.sh", "run_autograder", "constraints.txt", "release/13_benchmarking/benchmarking_dev.ipynb"} <= names
    assert "suites/13_benchmarking/conftest.py" in names
    assert not [name for name in names if name.startswith(("modules", "tinytorch/benchmarking", "tests", "/"))]
    assert not [name for name in names if "answers/" in name or "__pycache__" in name]
    assert not [name for name, text in texts.items() if b"### BEGIN SOLUTION\n" in text]
    assert "pytest" in requirements
    assert "numpy" in requirements
    with pytest.raises(FileNotFoundError, match="there is no nowhere"):
        gradescope.build(tmp_path / "x.zip", Path("nowhere"), suites)
