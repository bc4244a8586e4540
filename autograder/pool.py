"""Spread work over processes so that one that dies or takes too long costs its own item. Knows nothing of grading.

Each process has a pipe of its own and one item at a time, so whose fault an end was is never in doubt. An item whose
process died may have met bad luck only, such as a machine out of memory: it gets one more try when all else is done and
nothing runs beside it. One that took too long is not tried again.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Ready = tuple[Callable[..., None] | None, tuple[Any, ...]]
READY_S = 300.0  # to import and to be made ready, on a busy machine
_LEAVE_S = 10.0  # for an idle process to end what it has started


@dataclass(frozen=True)
class Ended(Generic[Answer]):
    """How one item ended: with a result, or with `failure`, one plain sentence about why there is none."""

    index: int
    result: Answer | None
    failure: str = ""


def spread(
    work: Callable[[Item], Answer],
    items: Sequence[Item],
    *,
    jobs: int,
    deadline_s: float = 0,
    initializer: Callable[..., None] | None = None,
    initargs: tuple[Any, ...] = (),
) -> Iterator[Ended[Answer]]:
    """Yield one Ended an item, in the order in which they end.

    `work` and the items travel by pickle: they are the grader's own. `initializer(*initargs)` makes a process ready. A
    process that needs more than `deadline_s` seconds for an item is killed (0: no limit).
    """
    hands: list[_Hand[Item, Answer]] = []
    waiting, again = deque(range(len(items))), deque[int]()

    def give(index: int, last: bool) -> None:
        free = None if last else next((hand for hand in hands if not hand.busy), None)
        if free is None:
            hands.append(free := _Hand(work, (initializer, initargs), deadline_s))
        free.give(index, items[index], last)

    try:
        while True:
            busy = sum(hand.busy for hand in hands)
            while waiting and busy < jobs:
                give(waiting.popleft(), last=False)
                busy += 1
            if again and not busy:
                give(again.popleft(), last=True)
            elif not busy:
                return
            for hand in _answered(hands):
                end = hand.take()
                if not hand.lost:
                    yield end
                    continue
                hands.remove(hand)
                if hand.overran or hand.last:
                    yield end
                else:
                    again.append(end.index)
    finally:
        for hand in hands:
            hand.end()


class _Hand(Generic[Item, Answer]):
    """One process and what it works on."""

    def __init__(self, work: Callable[[Item], Answer], ready: Ready, deadline_s: float) -> None:
        # "spawn": a forked child of a process with threads (tqdm, SQLAlchemy) may hang before it runs a line.
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.busy, self.lost, self.overran, self.last = False, False, False, False
        self._deadline_s = deadline_s or float("inf")
        self._process = context.Process(target=_serve, args=(theirs, work, ready))
        self._process.start()
        theirs.close()

    def give(self, index: int, item: Item, last: bool) -> None:
        """Let it work on an item, which may be the `last` try for it."""
        self.index, self.last, self.busy = index, last, True
        self.limit = time.monotonic() + READY_S
        with suppress(BrokenPipeError):  # it has died while idle, and its answer says so
            self.pipe.send(item)

    def begun(self) -> bool:
        """Whether what it sent is no answer but says that it has begun: its time counts from then on."""
        try:
            self._said = self.pipe.recv()
        except (EOFError, OSError):
            self._said = ()
        if self._said is None:
            self.limit = time.monotonic() + self._deadline_s
        return self._said is None

    def take(self) -> Ended[Answer]:
        """Return how its item ended; a process that has `lost` it has ended too."""
        self.busy = False
        if self.overran:
            self._process.kill()
            said = f"The grader took more than {self._deadline_s:g} s on this submission and was ended."
        elif self._said:
            return Ended(self.index, *self._said)
        else:
            self._process.join(_LEAVE_S)  # threads of its own may keep one that has closed its pipe
            self._process.kill()
            self._process.join()
            how = self._process.exitcode or 0
            ended = signal.Signals(-how).name if how < 0 else f"exit code {how}"
            said = f"The grading process died twice on this submission ({ended})."
        self.lost = True
        self.end()
        return Ended(self.index, None, said)

    def end(self) -> None:
        """End the process: at once if it works, else when it has ended what it started."""
        self.pipe.close()
        if not self.busy:
            self._process.join(_LEAVE_S)
        self._process.kill()
        self._process.join()


def _answered(hands: Sequence[_Hand[Item, Answer]]) -> list[_Hand[Item, Answer]]:
    """Wait until at least one has answered, has died or is over its time; return those."""
    at_work = [hand for hand in hands if hand.busy]
    done: list[_Hand[Item, Answer]] = []
    while not done:
        left = max(0.0, min(hand.limit for hand in at_work) - time.monotonic())
        said = wait([hand.pipe for hand in at_work], None if left == float("inf") else left)
        done = [hand for hand in at_work if hand.pipe in said and not hand.begun()]
        for hand in at_work:
            if hand not in done and time.monotonic() >= hand.limit:
                hand.overran = True
                done.append(hand)
    return done


def _serve(pipe: Connection, work: Callable[[Any], object], ready: Ready) -> None:
    """Work on what comes through the pipe until it is closed; the process ends when its parent is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told too, and ends this process
    threading.Thread(target=_end_with, args=(multiprocessing.parent_process(),), daemon=True).start()
    initializer, initargs = ready
    unready = _tried(initializer, *initargs)[1] if initializer else ""
    with suppress(EOFError, BrokenPipeError):
        while True:
            item = pipe.recv()
            pipe.send(None)
            pipe.send((None, unready) if unready else _tried(work, item))


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _tried(work: Callable[..., Answer], *args: Any) -> tuple[Answer | None, str]:
    try:
        return work(*args), ""
    except Exception as error:  # noqa: BLE001 - whatever it is, it is said, and the next item is worked on
        return None, f"The grader failed on this submission ({type(error).__name__}: {str(error)[:200]})."
