"""Temporary folders: gone at the end, and those of a run that was killed gone with the next."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from autograder import temporary
from autograder.sandbox import confinement
from autograder.temporary import PREFIX, Folder, sweep

ROOT = Path(temporary.__file__).parents[1]
HOLDS = """
import sys, time
from autograder.temporary import Folder
with Folder("work") as path:
    (path / "deep").mkdir()
    (path / "deep" / "file").write_text("x")
    print(path, flush=True)
    time.sleep(120)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's place for temporary folders, for this test alone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def aged(path: Path, seconds: float = 3600) -> Path:
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def held(place: Path) -> tuple[subprocess.Popen[str], Path]:
    words = [sys.executable, "-c", HOLDS]
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "TMPDIR": str(place)}
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_folder_is_there_and_then_gone(place: Path) -> None:
    with Folder("work") as path:
        assert path.parent == place
        assert path.name.startswith(f"{PREFIX}work-")
        assert path.stat().st_mode & 0o777 == 0o700
        (path / "file").write_text("x")
    assert list(place.iterdir()) == []
    kept = Folder("work")
    kept.remove()
    kept.remove()


def test_what_a_killed_run_left_is_removed_by_the_next(place: Path) -> None:
    process, path = held(place)
    with process:
        aged(path)
        assert sweep() == [], "its maker lives"
        assert (path / "deep" / "file").exists()
        process.send_signal(signal.SIGKILL)
    aged(path, seconds=5)
    assert sweep() == [], "it may be that it was made this moment"
    aged(path)
    assert sweep() == [path]
    assert list(place.iterdir()) == []


def test_nothing_else_is_touched(place: Path) -> None:
    """Not a folder of another name, not a file, not what a link of such a name leads to."""
    other = aged(Path(tempfile.mkdtemp(prefix="support-")))
    (other / "kept").touch()
    (place / f"{PREFIX}file").touch()
    aged(place / f"{PREFIX}file")
    (place / f"{PREFIX}link").symlink_to(other)
    aged(other)
    assert sweep() == []
    assert (other / "kept").exists()


def test_every_run_begins_with_it(place: Path, tmp_path: Path) -> None:
    left = aged(Path(tempfile.mkdtemp(prefix=f"{PREFIX}submission-")))
    confinement.build_support(tmp_path / "support")
    assert not left.exists()
