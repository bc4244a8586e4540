"""Whatever the output leads to, an old terminal or a pipe that nobody reads: the files that were asked for exist."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODELS = "def model(batch):\n    return batch.reshape(len(batch), 64)[:, :10]\n"


@pytest.fixture
def perf(tmp_path):
    """Return what starts `tinytorch perf` on a small model in a folder of its own, with this output and encoding."""
    (tmp_path / "mine.py").write_text(MODELS)

    def start(encoding, output):
        words = ["perf", "mine:model", "--rounds", "1", "--min-duration", "0.01", "--quiet", "--html", "ü.html"]
        code = "import sys; from tinytorch.cli import main; sys.exit(main())"
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}", "PYTHONIOENCODING": encoding}
        return subprocess.run(
            [sys.executable, "-c", code, *words], cwd=tmp_path, env=environment, stdout=output, stderr=subprocess.PIPE
        )

    return start


def test_letters_that_a_terminal_does_not_have_are_replaced(perf, tmp_path):
    """A latency is in µs: in ASCII the command ended with a traceback, after all rounds and before the page."""
    done = perf("ascii", subprocess.PIPE)
    assert done.returncode in (0, 1), done.stderr.decode()
    assert b"wrote ?.html" in done.stdout
    assert (tmp_path / "ü.html").stat().st_size > 10_000


def test_a_pipe_that_nobody_reads_costs_no_file(perf, tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = perf("utf-8", writer)
    finally:
        os.close(writer)
    assert done.returncode in (0, 1), done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert (tmp_path / "ü.html").stat().st_size > 10_000


def test_a_class_is_listed_in_any_encoding(tmp_path):
    """A student may have a name that the instructor's terminal cannot show."""
    file = tmp_path / "submitted" / "李" / "13_benchmarking" / "benchmarking_dev.ipynb"
    file.parent.mkdir(parents=True)
    file.write_text("{")
    words = ["grade", str(tmp_path / "submitted"), "--course", str(tmp_path / "course"), "--seed", "1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *words], env=environment, capture_output=True, text=True, encoding="ascii"
    )
    assert done.returncode == 0, done.stderr
    assert "?: needs attention" in done.stdout
    assert list((tmp_path / "course" / "results").glob("*.json"))
