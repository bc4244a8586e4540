"""Judge a class on a Dask cluster that somebody has started: `autograder grade --scheduler ADDRESS`.

This process reads the submissions, sends what is to be judged, without names, in batches of 20 to 50 as plain bytes,
and gets bytes of JSON back; it alone writes. Functions travel by name, never as code: each worker needs this checkout.
Dask runs the batches of a lost worker on another one; judgements are kept by content, so none counts twice. The address
`tls://` takes certificates from Dask's own configuration (`distributed.comm.tls`): see book/instructors/cluster.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from autograder.collecting.choose import Found
from autograder.grading.batch import judge_batch
from autograder.grading.grade import Grader, Judged
from autograder.grading.judge_lines import packed
from autograder.grading.own_grader import own_grader, prepare
from autograder.grading.whole_class import DEADLINE_S, Engine
from autograder.judging.basis import answers_bytes
from autograder.judging.judge import CannotGradeError
from autograder.judging.judgement import Judgement, Judgements
from autograder.judging.setup import Setup
from autograder.pool import Ended, spread
from autograder.reading.submission import Submission

if TYPE_CHECKING:
    from distributed import Client, Future

SMALLEST, LARGEST = 20, 50  # submissions in a batch: at 0.1 s each, what Dask costs is under 0.1 %
CONNECT_S = 15
WORKERS_S = 120


def on_cluster(address: str, jobs: int, batch: int | None = None) -> Engine:
    """Return an engine for `grade_class`; `jobs` is how many processes read submissions here.

    The engine raises CannotGradeError where there is no cluster, no worker, or one that would judge otherwise.
    """
    return partial(_engine, address, jobs, batch)


def _engine(
    address: str, jobs: int, batch: int | None, found: Sequence[Found], grader: Grader
) -> Iterator[Ended[Judged]]:
    try:
        from distributed import Client
    except ImportError as error:
        raise CannotGradeError("--scheduler needs Dask: run `pip install '.[course,cluster]'` here") from error
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise CannotGradeError(
            f"there is no Dask scheduler at {address}: {str(error).splitlines()[0][:200]}"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WORKERS_S)
        except TimeoutError as error:
            raise CannotGradeError(f"no worker has joined the scheduler at {address} in {WORKERS_S} s") from error
        threads = sum(client.nthreads().values())
        size = batch or min(LARGEST, max(SMALLEST, len(found) // (4 * threads)))
        yield from _Desk(client, grader, size, 2 * threads).judged(found, jobs)


@dataclass
class _Desk:
    """What is under way: batches on the cluster, and the students who wait for the answers in them."""

    client: Client
    grader: Grader
    size: int
    most: int
    flying: dict[Future[list[bytes]], list[str]] = field(default_factory=dict)
    bytes_of: dict[str, bytes] = field(default_factory=dict)
    waiting: dict[str, list[tuple[int, Submission]]] = field(default_factory=dict)

    def judged(self, found: Sequence[Found], jobs: int) -> Iterator[Ended[Judged]]:
        """Read, send and take back, never more than `most` batches at a time, so that memory does not grow."""
        self.setup = packed(self.grader.setup, self.grader.basis)
        assert self.grader.store is not None
        store, batch = self.grader.store, list[str]()
        for end in _read_all(found, self.grader.setup, jobs):
            submission = end.result
            if submission is None or not submission.readable:
                yield Ended(end.index, Judged(submission, None, fresh=False) if submission else None, end.failure)
                continue
            key = self.grader.key(submission)
            if key in self.waiting:
                self.waiting[key].append((end.index, submission))
            elif judgement := self.grader.kept(key):
                yield Ended(end.index, Judged(submission, judgement, key, fresh=False))
            else:
                self.waiting[key] = [(end.index, submission)]
                before = store.load(key)
                self.bytes_of[key] = answers_bytes(submission, before=asdict(before) if before else None)
                batch.append(key)
            if len(batch) == self.size:
                self._send(batch)
                batch = []
            yield from self._take(store, wait=len(self.flying) >= self.most)
        if batch:
            self._send(batch)
        while self.flying:
            yield from self._take(store, wait=True)

    def _send(self, keys: list[str]) -> None:
        future = self.client.submit(judge_batch, self.setup, [self.bytes_of[key] for key in keys], pure=False)
        self.flying[future] = keys

    def _take(self, store: Judgements, wait: bool) -> Iterator[Ended[Judged]]:
        from distributed import wait as wait_for

        if wait:
            with self.client.as_current():
                wait_for(list(self.flying), return_when="FIRST_COMPLETED")
        for future in [future for future in self.flying if future.done()]:
            keys = self.flying.pop(future)
            for key, line in zip(keys, self._lines(future, keys), strict=True):
                if line is not None:
                    yield from self._landed(store, key, line)

    def _lines(self, future: Future[list[bytes]], keys: list[str]) -> Sequence[bytes | None]:
        """The answers of a batch; where it took its workers with it, its answers are sent again one by one."""
        if future.status == "finished":
            lines: list[bytes] = future.result()
            if len(lines) == 1 and (why := json.loads(lines[0]).get("refused")):
                raise CannotGradeError(f"a worker of the cluster cannot grade: {why}")
            return lines
        if future.status == "cancelled":
            raise CannotGradeError("the scheduler is gone; start it and run the same command: it goes on from here")
        if len(keys) > 1:
            for key in keys:
                self._send([key])
            return [None] * len(keys)
        error: Any = future.exception()
        return [
            json.dumps({"failed": f"The cluster failed on it ({type(error).__name__}: {str(error)[:200]})."}).encode()
        ]

    def _landed(self, store: Judgements, key: str, line: bytes) -> Iterator[Ended[Judged]]:
        said = json.loads(line)
        del self.bytes_of[key]
        for number, (index, submission) in enumerate(self.waiting.pop(key)):
            if "failed" in said:
                yield Ended(index, None, said["failed"])
                continue
            judgement = Judgement.from_data(said["judgement"])
            if number == 0:
                store.add(key, judgement)
            yield Ended(index, Judged(submission, judgement, key, fresh=number == 0))


def _read_all(found: Sequence[Found], setup: Setup, jobs: int) -> Iterator[Ended[Submission]]:
    """A file may be hostile: it is read in a process that can be lost."""
    return spread(_read, found, jobs=jobs, deadline_s=DEADLINE_S, initializer=prepare, initargs=(setup,))


def _read(found: Found) -> Submission:
    return own_grader().read(found)
