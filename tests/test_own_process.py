"""A task in a process of its own: its result, its error, its death and its hanging."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tinytorch.machine.own_process import IMPORTABLE, ChildFailedError, give_up, run_in_own_process

ROOT = Path(__file__).parents[1]


def divide(a, b):
    return a / b


def abort_in_a_callback():
    try:
        divide(1, 0)
    finally:
        give_up(ZeroDivisionError("in C++"))


def generator(n):
    return (i for i in range(n))


class Unreadable:
    """Can be pickled and not read again, as what only this process defines."""

    def __reduce__(self):
        return getattr, (os, "no such name")


def test_the_result_comes_back():
    assert run_in_own_process(divide, 6, 3, timeout_s=60) == 2.0
    assert run_in_own_process(divide, 6, 3, timeout_s=None) == 2.0


def test_more_than_a_pipe_holds_goes_there_and_back():
    assert run_in_own_process(bytes.upper, b"a" * 1_000_000, timeout_s=60) == b"A" * 1_000_000


def test_an_error_comes_back_as_text_with_its_traceback():
    with pytest.raises(ChildFailedError, match=r"(?m)^ZeroDivisionError: division by zero$") as raised:
        run_in_own_process(divide, 1, 0, timeout_s=60)
    assert "return a / b" in raised.value.__notes__[0]


def test_give_up_ends_the_process_from_anywhere(capfd):
    with pytest.raises(ChildFailedError, match=r"(?m)^ZeroDivisionError: in C\+\+$"):
        run_in_own_process(abort_in_a_callback, timeout_s=60)
    assert capfd.readouterr() == ("", "")


def test_give_up_does_not_end_a_process_that_is_not_ours():
    with pytest.raises(RuntimeError, match="this is none"):
        give_up(ValueError())


def test_a_process_that_ends_tells_its_exit_code():
    with pytest.raises(ChildFailedError, match=r"^its process ended with exit code -\d+$"):
        run_in_own_process(os.abort, timeout_s=60)
    with pytest.raises(ChildFailedError, match=r"^its process ended with exit code 3$"):
        run_in_own_process(sys.exit, 3, timeout_s=60)


def test_a_process_that_hangs_is_ended():
    start = time.monotonic()
    with pytest.raises(ChildFailedError, match=r"^no result in 0\.2 s$"):
        run_in_own_process(time.sleep, 60, timeout_s=0.2)
    assert time.monotonic() - start < 30


@pytest.mark.parametrize(
    ("task", "argument"), [(lambda x: x, 1), (len, lambda: 1), (generator, 3), (len, Unreadable())]
)
def test_what_cannot_be_sent_either_way_is_said_with_the_way_out(task, argument):
    with pytest.raises(ChildFailedError, match=r"^(the result: )?\w+Error: .*importable by name") as raised:
        run_in_own_process(task, argument, timeout_s=60)
    assert str(raised.value).endswith(IMPORTABLE)


UNGUARDED = """
from tinytorch.machine.own_process import ChildFailedError, run_in_own_process
try:
    run_in_own_process(len, bytes({size}), timeout_s=None)
except ChildFailedError as failure:
    print(failure)
"""


@pytest.mark.parametrize("size", [1, 1_000_000])
def test_a_script_without_a_guard_is_told_so(tmp_path, size):
    """The new process runs the script again, which may not start processes, and dies before it has read its task."""
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED.format(size=size))
    command = [sys.executable, str(script)]
    done = subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, timeout=30, capture_output=True, text=True)
    assert done.stdout.strip() == f"its process ended with exit code 1 before it began; {IMPORTABLE}"


def test_nothing_is_left_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for task, arguments in [(divide, (1, 1)), (divide, (1, 0)), (sys.exit, (3,))]:
        with contextlib.suppress(ChildFailedError):
            run_in_own_process(task, *arguments, timeout_s=60)
    assert list(tmp_path.iterdir()) == []
