"""What is seen while a class is graded: on a terminal a table that grows above a bar with the time that is left, in a
log plain lines at most every ten seconds. Knows results only; writes nothing but this."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from autograder.grading.grade import Graded
from autograder.grading.results import Result, points_text
from autograder.shown import in_line

EVERY_S = 10.0


def live(graded: Iterable[Graded], total: int, to: TextIO | None = None) -> Iterator[Graded]:
    """Pass the submissions on and show each as it comes; `to` is where (default: standard error)."""
    stream = sys.stderr if to is None else to
    return _table(graded, total, stream) if stream.isatty() else _lines(graded, total, stream)


def _table(graded: Iterable[Graded], total: int, stream: TextIO) -> Iterator[Graded]:
    from tqdm import tqdm

    bar = tqdm(graded, total=total, desc="grading", unit="submission", file=stream, smoothing=0.05, dynamic_ncols=True)
    tally = _Tally(total)
    for each in bar:
        if tally.done == 0:
            bar.write(_row("student", [*each.result.by_module(), "total"]), file=stream)
        bar.write(row(each), file=stream)
        tally.add(each.result)
        bar.set_postfix_str(tally.said, refresh=False)
        yield each


def _lines(
    graded: Iterable[Graded], total: int, stream: TextIO, clock: Callable[[], float] = time.monotonic
) -> Iterator[Graded]:
    began = last = first = clock()
    tally = _Tally(total)
    for each in graded:
        tally.add(each.result)
        now = clock()
        first = now if tally.done == 1 else first  # what comes before the first is no measure of the rate
        if tally.done == total:
            print(f"graded {total} of {total} in {duration(now - began)}; {tally.said}", file=stream, flush=True)
        elif now - last >= EVERY_S:
            left = (now - first) / max(1, tally.done - 1) * (total - tally.done)
            about = f", about {duration(left)} left" if tally.done > 1 else ""
            print(f"graded {tally.done} of {total}{about}; {tally.said}", file=stream, flush=True)
            last = now
        yield each


class _Tally:
    def __init__(self, total: int) -> None:
        self.total, self.done, self.judged, self.attention, self._earned = total, 0, 0, 0, 0.0

    def add(self, result: Result) -> None:
        self.done += 1
        self.attention += result.attention
        self.judged += result.judged
        self._earned += result.earned if result.judged else 0.0

    @property
    def said(self) -> str:
        """The mean so far, and how many a person has to look at."""
        missing = f", {self.done - self.judged} not judged" if self.done > self.judged else ""
        return f"mean {points_text(self._earned / max(1, self.judged))}, {self.attention} need attention{missing}"


def row(graded: Graded) -> str:
    """Return one student's line of the table that grows."""
    result = graded.result
    points = [points_text(earned) if result.judged else "" for earned, _ in result.by_module().values()]
    marks = [
        word
        for word, said in (
            ("not judged", not result.judged),
            ("needs attention", result.attention),
            ("kept", not graded.fresh),
        )
        if said
    ]
    total = points_text(result.earned) if result.judged else ""
    return f"{_row(in_line(result.student), [*points, total])}  {', '.join(marks)}".rstrip()


def _row(name: str, cells: Iterable[str]) -> str:
    return f"{name:<24.24} {' '.join(f'{cell:>7.7}' for cell in cells)}"


def duration(seconds: float) -> str:
    """Return a time for people: '40 s', '12 min', '1 h 5 min'."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
