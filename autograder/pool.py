"""Spread work over processes so that one that dies takes nothing with it. Knows nothing of grading.

`concurrent.futures` gives up every waiting item when one worker dies and does not say whose fault it was. Here at most
`jobs` items are under way at a time; when a worker dies, each of those is tried once more in a process of its own, so
the blame is exact and everybody else's work is done.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


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
    deadline_s: int = 0,
    initializer: Callable[..., None] | None = None,
    initargs: tuple[Any, ...] = (),
) -> Iterator[Ended[Answer]]:
    """Yield one Ended an item, in the order in which they end.

    `work` and the items travel by pickle: they are the grader's own. A worker that needs more than `deadline_s` seconds
    for an item is killed (0: no limit). An item whose process dies gets one more try in a fresh process.
    """

    def start(processes: int) -> ProcessPoolExecutor:
        # "spawn": a forked child of a process with threads (tqdm, SQLAlchemy) may hang before it runs a line.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(processes, mp_context=context, initializer=_ready, initargs=(initializer, initargs))

    waiting = deque(range(len(items)))
    suspects: deque[int] = deque()
    flying: dict[Future[Answer], int] = {}
    pool = start(jobs)
    try:
        while waiting or flying:
            try:
                while waiting and len(flying) < jobs and not suspects:
                    future = pool.submit(_within, deadline_s, work, items[waiting[0]])
                    flying[future] = waiting.popleft()
            except BrokenProcessPool:  # a worker died while idle, or what is flying is about to say so
                if not flying:
                    pool.shutdown()
                    pool = start(jobs)
                    continue
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                index = flying.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    suspects.append(index)
                else:
                    yield _ended(future, index)
            if suspects and not flying:
                pool.shutdown()
                while suspects:
                    index = suspects.popleft()
                    with start(1) as alone:
                        yield _ended(alone.submit(_within, deadline_s, work, items[index]), index)
                pool = start(jobs)
    finally:
        pool.shutdown(cancel_futures=True)


def _ready(initializer: Callable[..., None] | None, initargs: tuple[Any, ...]) -> None:
    """Make a worker ready, and have it end when its parent is killed: the pool's own queues would keep it for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    if initializer is not None:
        initializer(*initargs)


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _ended(future: Future[Answer], index: int) -> Ended[Answer]:
    error = future.exception()
    if error is None:
        return Ended(index, future.result())
    if isinstance(error, BrokenProcessPool):
        return Ended(index, None, "The grading process died twice on this submission or took too long.")
    return Ended(index, None, f"The grader failed on this submission ({type(error).__name__}: {str(error)[:200]}).")


def _within(deadline_s: int, work: Callable[[Item], Answer], item: Item) -> Answer:
    """Run `work`; past the deadline the process ends by SIGALRM, whatever code is running in it."""
    if deadline_s and hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(deadline_s)
    try:
        return work(item)
    finally:
        if deadline_s and hasattr(signal, "SIGALRM"):
            signal.alarm(0)
