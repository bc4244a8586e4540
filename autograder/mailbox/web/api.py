"""What programs ask: the course, tokens, handing in, and what became of it. Each answer is JSON, or a feedback page."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy import text
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from autograder.collecting.roster import Student
from autograder.mailbox import access, names, people, settings, status
from autograder.mailbox.blobs import Incoming
from autograder.mailbox.desk import Offer, receipt_of
from autograder.mailbox.limits import Buckets
from autograder.mailbox.mailbox import Mailbox, NoMailboxError
from autograder.mailbox.receipts import Receipt
from autograder.mailbox.settings import Settings
from autograder.mailbox.status import Handed
from autograder.mailbox.web.doorman import TooLargeError
from autograder.shown import in_line

UPLOAD_S = 300  # for one file; a client that sends more slowly is let go
NOT_YOURS = "you handed in nothing with this number: look at your receipt"


class Code(BaseModel):
    """A one-time code."""

    code: str


class Counter:
    """The API of one mailbox, and how often each caller may ask it."""

    def __init__(self, mailbox: Mailbox, first: Settings) -> None:
        self.mailbox = mailbox
        self._uploads, self._refusals = Buckets(first.uploads_a_minute), Buckets(first.refusals_a_minute)

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter()
        router.add_api_route("/health", self.health, methods=["GET"])
        router.add_api_route("/course", self.course, methods=["GET"])
        router.add_api_route("/tokens", self.token, methods=["POST"], status_code=201)
        router.add_api_route("/submissions", self.hand_in, methods=["POST"])
        router.add_api_route("/submissions", self.submissions, methods=["GET"])
        router.add_api_route("/submissions/{number}", self.submission, methods=["GET"])
        router.add_api_route("/submissions/{number}/receipt", self.receipt, methods=["GET"])
        router.add_api_route("/submissions/{number}/feedback", self.feedback, methods=["GET"])
        return router

    def health(self) -> dict[str, Any]:
        """Say that the mailbox and its database answer."""
        with self.mailbox.database.reading() as connection:
            connection.execute(text("SELECT 1"))
        return {"ok": True}

    def course(self) -> dict[str, Any]:
        """Say what is handed in here."""
        found = self.mailbox.settings
        names = ("course", "assignment", "notebook", "due", "max_bytes")
        return {name: getattr(found, name) for name in names} | {"key": self.mailbox.secret.public}

    def token(self, request: Request, code: Code) -> dict[str, Any]:
        """Exchange a code for a token."""
        mailbox = self.mailbox
        try:
            with mailbox.database.reading() as connection:
                if not access.is_open(connection, mailbox.secret, code.code):
                    raise access.Forbidden(access.BAD_CODE)
            with mailbox.database.writing() as connection:
                token, student = access.exchange(connection, mailbox.secret, code.code)
        except access.Refused:
            self._refused(request)
            raise
        return {"token": token, "student": student.id, "name": student.name}

    async def hand_in(self, request: Request, assignment: str, name: str) -> Response:
        """Take a file and answer with its receipt."""
        student, found, tries = await run_in_threadpool(self._enter_with, request)
        self._uploads.take(student.id)
        if assignment != found.assignment:
            raise HTTPException(400, f"this is where {found.assignment} is handed in, not {in_line(assignment)[:80]}")
        if request.headers.get("content-encoding"):
            raise names.NotANotebookError("the file came compressed: send it as it is")
        name = names.file_name(name)
        incoming = self.mailbox.blobs.incoming()
        try:
            await _receive(request, incoming, found.max_bytes)
            names.look_at(incoming.head)
            client = in_line(request.headers.get("x-client", ""))[:100]
            offer = Offer(student, found, incoming.sha256, incoming.size, name, client)
            receipt, new = await run_in_threadpool(self.mailbox.desk.take, offer, incoming, tries)
        except ClientDisconnect:
            return Response(status_code=499)  # nobody reads it
        finally:
            incoming.close()
        return self._document(receipt, 201 if new else 200)

    def submissions(self, request: Request) -> dict[str, Any]:
        """List what the student handed in, newest first."""
        student, found = self._enter(request)
        with self.mailbox.database.reading() as connection:
            handed = status.handed_in(connection, found, student.id)
            due = people.due_for(connection, student.id, found)
        shown = status.may_see_points(found, due, access.now())
        return {"submissions": [status.told(each, shown) for each in handed]}

    def submission(self, request: Request, number: str) -> dict[str, Any]:
        """Say what became of one."""
        _, handed, shown = self._own(request, number)
        return status.told(handed, shown)

    def receipt(self, request: Request, number: str) -> Response:
        """Give the receipt once more."""
        _, handed, _ = self._own(request, number)
        with self.mailbox.database.reading() as connection:
            return self._document(receipt_of(connection, handed.id), 200)

    def feedback(self, request: Request, number: str) -> Response:
        """Give the feedback page, where it may be seen."""
        _, handed, shown = self._own(request, number)
        if not (shown and handed.scored and handed.state == "graded"):
            raise HTTPException(404, "there is no feedback yet: your instructor decides when it is shown")
        return HTMLResponse(status.feedback(self.mailbox.course, handed))

    def _own(self, request: Request, number: str) -> tuple[Student, Handed, bool]:
        """Return a submission of whoever asks, and whether points may be seen."""
        student, found = self._enter(request)
        with self.mailbox.database.reading() as connection:
            handed = [each for each in status.handed_in(connection, found, student.id) if each.number == number]
            due = people.due_for(connection, student.id, found)
        if not handed:
            raise HTTPException(404, NOT_YOURS)
        return student, handed[0], status.may_see_points(found, due, access.now())

    def _enter(self, request: Request) -> tuple[Student, Settings]:
        """Return who asks, by the token, and the settings. Raises Refused."""
        return self._enter_with(request)[:2]

    def _enter_with(self, request: Request) -> tuple[Student, Settings, int]:
        """Return also how often the student has handed in within 24 hours."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            if kind.lower() != "bearer" or not token:
                raise access.Refused(access.MISSING)
            with self.mailbox.database.reading() as connection:
                found = settings.load(connection)
                if found is None:
                    raise NoMailboxError("this mailbox is not set up yet: tell your instructor")
                student = access.who(connection, self.mailbox.secret, token.strip())
                return student, found, self.mailbox.desk.tries(connection, student)
        except access.Refused:
            self._refused(request)
            raise

    def _refused(self, request: Request) -> None:
        """Count a refusal; who is refused too often is told to wait instead. Raises TooOftenError."""
        self._refusals.take(request.client.host if request.client else "")

    def _document(self, receipt: Receipt, code: int) -> JSONResponse:
        return JSONResponse(receipt.document(self.mailbox.secret.public), status_code=code)


async def _receive(request: Request, incoming: Incoming, most: int) -> None:
    """Read a body, in memory or beside it. Raises TooLargeError, DiskFullError, ClientDisconnect."""
    said = request.headers.get("content-length", "")
    too_large = TooLargeError(f"the file has more than {most:,} bytes: clear large outputs, save, and hand it in again")
    if said.isdecimal() and int(said) > most:
        raise too_large
    try:
        async with asyncio.timeout(UPLOAD_S):
            async for piece in request.stream():
                if incoming.size + len(piece) > most:
                    raise too_large
                if incoming.feed(piece):
                    await run_in_threadpool(incoming.flush)
    except TimeoutError as error:
        raise HTTPException(408, f"the file did not come within {UPLOAD_S} s: hand it in again") from error
