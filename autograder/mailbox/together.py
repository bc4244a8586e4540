"""Writes of several threads in one transaction: the disk is forced once for all. Knows nothing of what is written.

Whoever comes while a transaction is under way waits for the next one and is taken along. The answers are given after it
is on the disk; where it fails, everybody in it is told so and nothing of it is there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Connection

from autograder.mailbox.database import Database

Item = TypeVar("Item")
Answer = TypeVar("Answer")
MOST = 64  # in one transaction


@dataclass
class _Ticket(Generic[Item, Answer]):
    item: Item
    answer: Answer | Exception | None = None
    done: bool = False


class Together(Generic[Item, Answer]):
    """One kind of write: `work` does it for several items, and returns for each an answer or why it was refused."""

    def __init__(
        self,
        database: Database,
        work: Callable[[Connection, list[Item]], Sequence[Answer | Exception]],
        whose: Callable[[Item], str],
    ) -> None:
        """Of one person there is at most one item in a transaction, and all are in the order of whose they are, so that
        two processes never hold what the other one waits for."""
        self._database, self._work, self._whose = database, work, whose
        self._waiting: list[_Ticket[Item, Answer]] = []
        self._line, self._turn = threading.Lock(), threading.Lock()

    def do(self, item: Item) -> Answer:
        """Write one item, with those of other threads. Raises the refusal, DatabaseAwayError, DiskFullError."""
        ticket = _Ticket[Item, Answer](item)
        with self._line:
            self._waiting.append(ticket)
        while not ticket.done:
            with self._turn:
                if not ticket.done:
                    self._write()
        if isinstance(ticket.answer, Exception):
            raise ticket.answer
        assert ticket.answer is not None
        return ticket.answer

    def _write(self) -> None:
        batch = self._batch()
        answers: Sequence[Answer | Exception] = ()
        try:
            with self._database.writing() as connection:
                answers = self._work(connection, [ticket.item for ticket in batch])
        except Exception as error:  # noqa: BLE001 - it is everybody's, and each raises it
            answers = [error] * len(batch)
        for ticket, answer in zip(batch, answers, strict=True):
            ticket.answer, ticket.done = answer, True

    def _batch(self) -> list[_Ticket[Item, Answer]]:
        with self._line:
            first: dict[str, _Ticket[Item, Answer]] = {}
            for ticket in self._waiting:
                first.setdefault(self._whose(ticket.item), ticket)
            chosen = [first[who] for who in sorted(first)[:MOST]]
            taken = {id(ticket) for ticket in chosen}
            self._waiting = [ticket for ticket in self._waiting if id(ticket) not in taken]
        return chosen
