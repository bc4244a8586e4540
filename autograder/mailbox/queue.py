"""The queue of what waits to be graded: rows that a worker takes for a while, and that another takes when it is silent.

A student's files are graded one after another in the order in which they came, so that the last one counts at the end.
What a worker found is written only while the row is still its own: each arrival is graded once, whatever dies.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, insert, or_, select, update

from autograder.grading.results import Result
from autograder.mailbox import tables
from autograder.mailbox.database import Database
from autograder.mailbox.times import text_of

JUDGED_TIMES = 3  # a submission that the grader could not judge is given to it so often
TAKEN_TIMES = 25  # and one whose worker died so often


@dataclass(frozen=True)
class Job:
    """One arrival to grade."""

    arrival: int
    submission: int
    student: str
    sha256: str
    received: str
    tries: int


def claim(database: Database, worker: str, lease_s: float, most: int, now: float | None = None) -> list[Job]:
    """Take up to `most` arrivals, the oldest first and one a student, for `lease_s` seconds. `now` is for tests."""
    now = time.time() if now is None else now
    table = tables.work
    with database.writing() as connection:
        chosen = list(connection.execute(_free(now, lease_s).limit(most)).scalars())
        taken = {"state": "grading", "worker": worker, "lease_until": now + lease_s, "tries": table.c.tries + 1}
        connection.execute(update(table).where(table.c.arrival.in_(chosen)).values(**taken))
        return _jobs(connection, chosen)


def _free(now: float, lease_s: float) -> Select[Any]:
    table, older = tables.work, tables.work.alias("older")
    # A lease that ends later than any that could be given now was given before the clock went back.
    silent = or_(table.c.lease_until < now, table.c.lease_until > now + 2 * lease_s)
    free = or_(table.c.state == "waiting", and_(table.c.state == "grading", silent))
    first = and_(
        older.c.student == table.c.student,
        older.c.arrival < table.c.arrival,
        older.c.state.in_(("waiting", "grading")),
    )
    query = select(table.c.arrival).where(free, ~exists().where(first)).order_by(table.c.arrival)
    return query.with_for_update(skip_locked=True)


def _jobs(connection: Connection, chosen: Iterable[int]) -> list[Job]:
    work, arrivals, submissions = tables.work, tables.arrivals, tables.submissions
    query = (
        select(work.c.arrival, submissions.c.id, submissions.c.student, submissions.c.sha256, submissions.c.received)
        .add_columns(work.c.tries)
        .join(arrivals, arrivals.c.id == work.c.arrival)
        .join(submissions, submissions.c.id == arrivals.c.submission)
        .where(work.c.arrival.in_(list(chosen)))
        .order_by(work.c.arrival)
    )
    return [Job(*row) for row in connection.execute(query)]


def renew(database: Database, worker: str, lease_s: float) -> None:
    """Say that a worker is still at work on what it took."""
    mine = and_(tables.work.c.worker == worker, tables.work.c.state == "grading")
    with database.writing() as connection:
        connection.execute(update(tables.work).where(mine).values(lease_until=time.time() + lease_s))


def finish(database: Database, worker: str, job: Job, result: Result) -> bool:
    """Write what was found; False says that the row is another worker's by now, and nothing was written."""
    again = not result.judged and job.tries < JUDGED_TIMES
    state = "waiting" if again else "graded" if result.scored else "needs a look"
    said = "; ".join(result.staff)[:1000]
    with database.writing() as connection:
        if not _leave(connection, worker, job, state, said):
            return False
        if not again:
            connection.execute(insert(tables.gradings).values(**_row(job, result)))
        return True


def _row(job: Job, result: Result) -> dict[str, object]:
    return {
        "submission": job.submission,
        "arrival": job.arrival,
        "at": text_of(time.time()),
        "scored": result.scored,
        "earned": result.earned if result.scored else None,
        "points": result.points if result.scored else None,
        "result": json.dumps(result.to_dict(), ensure_ascii=False),
    }


def hand_back(database: Database, worker: str, jobs: Iterable[Job], said: str) -> None:
    """Put what was not graded back into the queue, with the reason for staff."""
    with database.writing() as connection:
        for job in jobs:
            state = "waiting" if job.tries < TAKEN_TIMES else "needs a look"
            _leave(connection, worker, job, state, said[:1000])


def _leave(connection: Connection, worker: str, job: Job, state: str, said: str) -> bool:
    table = tables.work
    mine = and_(table.c.arrival == job.arrival, table.c.worker == worker, table.c.state == "grading")
    values = {"state": state, "said": said, "worker": "", "lease_until": 0.0}
    return bool(connection.execute(update(table).where(mine).values(**values)).rowcount)


def again(connection: Connection, arrivals: Iterable[int]) -> None:
    """Have arrivals graded once more; one that is being graded is left to whoever does it."""
    table = tables.work
    waiting = {"state": "waiting", "tries": 0, "said": ""}
    done = and_(table.c.arrival.in_(list(arrivals)), table.c.state != "grading")
    connection.execute(update(table).where(done).values(**waiting))


def lengths(connection: Connection) -> dict[str, int]:
    """Return how many arrivals are in each state."""
    table = tables.work
    query = select(table.c.state, func.count()).group_by(table.c.state)
    return {state: n for state, n in connection.execute(query)}  # noqa: C416 - dict() has no type for rows
