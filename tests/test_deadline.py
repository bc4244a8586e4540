"""A block that runs too long is ended, on the main thread and on another."""

import itertools
import signal
import threading
import time

import pytest

from tinytorch.machine.deadline import DeadlineExceeded, deadline


def spin():
    for _ in itertools.count():
        pass


def test_a_sleep_and_a_loop_on_the_main_thread_are_ended():
    before = signal.getsignal(signal.SIGALRM)
    for hang in (lambda: time.sleep(60), spin):
        with pytest.raises(DeadlineExceeded, match=r"within 0\.05 s"), deadline(0.05):
            hang()
    assert signal.getsignal(signal.SIGALRM) is before, "the caller's own handler is put back"
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_loop_on_another_thread_is_ended():
    caught = []

    def work():
        try:
            with deadline(0.05):
                spin()
        except DeadlineExceeded as error:
            caught.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(timeout=30)
    assert caught == ["no answer within 0.05 s"]


def test_what_is_quick_is_left_alone():
    for where in (lambda run: run(), lambda run: (t := threading.Thread(target=run)).start() or t.join()):
        done = []

        def quick(done=done):
            with deadline(30):
                done.append(1)
            with deadline(0):
                done.append(2)

        where(quick)
        assert done == [1, 2]


def test_an_error_of_the_block_passes_unchanged():
    with pytest.raises(ZeroDivisionError), deadline(30):
        _ = 1 / 0
