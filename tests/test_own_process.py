"""A task in a process of its own: its result, its error, its death and its hanging."""

import os
import time

import pytest

from tinytorch.machine.own_process import ChildFailedError, give_up, run_in_own_process


def divide(a, b):
    return a / b


def abort_in_a_callback():
    try:
        divide(1, 0)
    finally:
        give_up(ZeroDivisionError("in C++"))


def test_the_result_comes_back():
    assert run_in_own_process(divide, 6, 3, timeout_s=60) == 2.0


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


def test_a_process_that_dies_or_hangs_is_ended():
    with pytest.raises(ChildFailedError, match=r"^the process ended with code -\d+$"):
        run_in_own_process(os.abort, timeout_s=60)
    start = time.monotonic()
    with pytest.raises(ChildFailedError, match=r"^no result in 0\.2 s$"):
        run_in_own_process(time.sleep, 60, timeout_s=0.2)
    assert time.monotonic() - start < 30


def test_what_cannot_be_sent_is_said():
    with pytest.raises(ChildFailedError, match="importable by name"):
        run_in_own_process(lambda: 1, timeout_s=60)
