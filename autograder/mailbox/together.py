"""Writes of several threads in one transaction: the disk is forced once for all. Knows nothing of what is written.

Whoever comes while a transaction is under way waits for the next one and is taken along. The answers are given after it
is on the disk; where it fails, everybody in it is told so and nothing of it is there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
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
    answer: Answer | None = None
    error: Exception | None = None
    done: bool = False


class Together(Generic[Item, Answer]):
    """One kind of write; `work` does it in a transaction, and raises before it has written anything, or not at all."""

    def __init__(
        self, database: Database, work: Callable[[Connection, Item], Answer], order: Callable[[Item], str]
    ) -> None:
        """Each transaction writes in this order, so that two processes never hold what the other one waits for."""
        self._database, self._work, self._order = database, work, order
        self._waiting: list[_Ticket[Item, Answer]] = []
        self._line, self._turn = threading.Lock(), threading.Lock()

    def do(self, item: Item) -> Answer:
        """Write one item, with those of other threads. Raises what `work` raises, DatabaseAwayError, DiskFullError."""
        ticket = _Ticket[Item, Answer](item)
        with self._line:
            self._waiting.append(ticket)
        while not ticket.done:
            with self._turn:
                if not ticket.done:
                    self._write()
        if ticket.error is not None:
            raise ticket.error
        assert ticket.answer is not None
        return ticket.answer

    def _write(self) -> None:
        with self._line:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            with self._database.writing() as connection:
                for ticket in sorted(batch, key=lambda each: self._order(each.item)):
                    self._one(connection, ticket)
        except Exception as error:  # noqa: BLE001 - it is everybody's, and each raises it
            for ticket in batch:
                ticket.error = error
        finally:
            for ticket in batch:
                ticket.done = True

    def _one(self, connection: Connection, ticket: _Ticket[Item, Answer]) -> None:
        try:
            ticket.answer = self._work(connection, ticket.item)
        except RuntimeError as error:  # a refusal: nothing was written for it
            ticket.error = error
