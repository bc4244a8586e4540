"""The instructor's pages: the roster, each student, release and re-grading, the class page, sheets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from autograder.mailbox import access, queue, status, tending
from autograder.mailbox.limits import Buckets
from autograder.mailbox.mailbox import Mailbox
from autograder.mailbox.roll import Line, lines, roll
from autograder.mailbox.settings import SHOW, Settings, changed
from autograder.mailbox.status import Handed
from autograder.mailbox.times import read_time
from autograder.mailbox.web import sessions
from autograder.mailbox.web.templates import page


class Office:
    """The instructor's side of one mailbox."""

    def __init__(self, mailbox: Mailbox, first: Settings) -> None:
        self.mailbox = mailbox
        self._refusals = Buckets(first.refusals_a_minute)

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/instructor", include_in_schema=False)
        for path, method, answer in (
            ("", "GET", self.roster),
            ("/sign-in", "POST", self.sign_in),
            ("/do/{what}", "POST", self.do),
            ("/students/{student}", "GET", self.student),
            ("/students/{student}/{what}", "POST", self.do_for),
            ("/submissions/{number}/{what}", "GET", self.of_submission),
            ("/class", "GET", self.class_page),
            ("/roster.csv", "GET", self.sheet),
        ):
            router.add_api_route(path, answer, methods=[method])
        return router

    def roster(self, request: Request) -> Response:
        """Show the roster, or where to sign in."""
        session = sessions.session_of(self.mailbox, request)
        found = self.mailbox.settings
        if session is None:
            return page("sign_in.html", course=found.course, said="")
        with self.mailbox.database.reading() as connection:
            waiting = queue.lengths(connection)
        everybody = roll(self.mailbox)
        return self._page(
            "roster.html",
            session,
            lines=[line for line in everybody if line.student.enrolled or line.handed],
            enrolled=sum(line.student.enrolled for line in everybody),
            settings=found,
            shows=SHOW,
            waiting=waiting,
            missing=sum(line.counting is None for line in everybody if line.student.enrolled),
            late=sum(bool(line.counting and line.counting.late) for line in everybody),
            jumped=[each for line in everybody for each in line.handed if each.jumped_s],
        )

    async def sign_in(self, request: Request) -> Response:
        """Exchange an instructor's code for a session."""
        form = await sessions.form_of(request)
        sessions.must_be_same_site(request)
        return await run_in_threadpool(self._sign_in, request, form.get("code", ""))

    def _sign_in(self, request: Request, code: str) -> Response:
        mailbox = self.mailbox
        try:
            with mailbox.database.reading() as connection:
                if not access.is_open(connection, mailbox.secret, code):
                    raise access.Forbidden(access.BAD_CODE)
            with mailbox.database.writing() as connection:
                session = access.begin_session(connection, mailbox.secret, code)
        except access.Refused as error:
            self._refusals.take(request.client.host if request.client else "")
            return page("sign_in.html", status=403, course=mailbox.settings.course, said=str(error))
        return sessions.signed_in(request, session)

    async def do(self, request: Request, what: str) -> Response:
        """Do something to the course."""
        return await self._done(request, _COURSE.get(what), "")

    async def do_for(self, request: Request, student: str, what: str) -> Response:
        """Do something to a student."""
        return await self._done(request, _STUDENT.get(what), student)

    async def _done(self, request: Request, what: Done | None, student: str) -> Response:
        form = await sessions.form_of(request)
        return await run_in_threadpool(self._do, request, what, student, form)

    def _do(self, request: Request, what: Done | None, student: str, form: dict[str, str]) -> Response:
        session = sessions.must_be_instructor(self.mailbox, request)
        sessions.must_be_ours(self.mailbox, request, session, form)
        if what is None:
            raise HTTPException(404)
        form["session"] = session
        said = what(self.mailbox, student, form)
        where = f"/instructor/students/{quote(student, safe='')}" if student else "/instructor"
        return self._page("done.html", session, said=said, where=where) if said else sessions.back(where)

    def student(self, request: Request, student: str) -> Response:
        """Show one student."""
        session = sessions.must_be_instructor(self.mailbox, request)
        return self._page("student.html", session, line=self._line(student), settings=self.mailbox.settings)

    def of_submission(self, request: Request, number: str, what: str) -> Response:
        """Give one submission's feedback, receipt or file."""
        sessions.must_be_instructor(self.mailbox, request)
        found = [each for line in roll(self.mailbox) for each in line.handed if each.number == number]
        if not found or what not in _GIVEN:
            raise HTTPException(404)
        return _GIVEN[what](self.mailbox, found[0])

    def class_page(self, request: Request) -> Response:
        """Show the class page that the worker wrote."""
        sessions.must_be_instructor(self.mailbox, request)
        path = self.mailbox.course / "class.html"
        if not path.is_file():
            raise HTTPException(404, "there is no class page yet: it is written a minute after the first grade")
        return HTMLResponse(path.read_text(encoding="utf-8"))

    def sheet(self, request: Request) -> Response:
        """Give the roster as CSV."""
        sessions.must_be_instructor(self.mailbox, request)
        text = "\n".join(lines(roll(self.mailbox))) + "\n"
        return _attached(text.encode("utf-8-sig"), "text/csv", "roster.csv")

    def _line(self, student: str) -> Line:
        found = [line for line in roll(self.mailbox) if line.student.id == student]
        if not found:
            raise HTTPException(404, "nobody in the roster has this id: look at the roster")
        return found[0]

    def _page(self, name: str, session: str, **words: Any) -> HTMLResponse:
        return page(name, course=self.mailbox.settings.course, word=sessions.word(self.mailbox, session), **words)


Done = Callable[[Mailbox, str, dict[str, str]], str]


def _set(mailbox: Mailbox, _: str, form: dict[str, str]) -> str:
    words = {name: text.strip() for name, text in form.items() if name in ("due", "show")}
    mailbox.set(lambda found: changed(found, words))
    mailbox.note(f"set {words}")
    return ""


def _hide(mailbox: Mailbox, _: str, __: dict[str, str]) -> str:
    mailbox.set(lambda found: changed(found, {"released": "none"}))
    mailbox.note("hid points and feedback")
    return ""


def _sign_out(mailbox: Mailbox, _: str, form: dict[str, str]) -> str:
    with mailbox.database.writing() as connection:
        access.end_session(connection, mailbox.secret, form["session"])
    return ""


def _release(mailbox: Mailbox, _: str, __: dict[str, str]) -> str:
    tending.release(mailbox)
    return ""


def _regrade_all(mailbox: Mailbox, _: str, __: dict[str, str]) -> str:
    tending.regrade(mailbox)
    return ""


def _regrade(mailbox: Mailbox, student: str, _: dict[str, str]) -> str:
    tending.regrade(mailbox, [student])
    return ""


def _extend(mailbox: Mailbox, student: str, form: dict[str, str]) -> str:
    text = form.get("due", "").strip()
    tending.extend(mailbox, student, read_time(text) if text else None)
    return ""


def _code(mailbox: Mailbox, student: str, _: dict[str, str]) -> str:
    code = tending.code_lines(mailbox, [student])[-1].rpartition(",")[2]
    return f"The code is {code}. It works once, and is shown only here."


def _revoke(mailbox: Mailbox, student: str, _: dict[str, str]) -> str:
    tending.revoke(mailbox, student)
    return "All keys of this student have ended. To hand in again, a new code is needed."


_COURSE: dict[str, Done] = {
    "set": _set,
    "release": _release,
    "hide": _hide,
    "regrade": _regrade_all,
    "sign-out": _sign_out,
}
_STUDENT: dict[str, Done] = {"extend": _extend, "regrade": _regrade, "code": _code, "revoke": _revoke}


def _feedback(mailbox: Mailbox, handed: Handed) -> Response:
    if handed.result is None:
        raise HTTPException(404, "this one has not been graded yet: look again in a while")
    return HTMLResponse(status.feedback(mailbox.course, handed, instructor=True))


def _receipt(mailbox: Mailbox, handed: Handed) -> Response:
    from autograder.mailbox.desk import receipt_of

    with mailbox.database.reading() as connection:
        document = receipt_of(connection, handed.id).document(mailbox.secret.public)
    return _attached(json.dumps(document, indent=1).encode(), "application/json", f"receipt-{handed.number}.json")


def _file(mailbox: Mailbox, handed: Handed) -> Response:
    """The file as it came, to be kept, not shown: a browser never opens it here."""
    path = mailbox.blobs.path(handed.sha256)
    if not path.is_file():
        raise HTTPException(404, "this file is not kept any more")
    name = f"{handed.student}-{handed.number}.ipynb"
    return FileResponse(path, media_type="application/octet-stream", filename=name)


_GIVEN: dict[str, Callable[[Mailbox, Handed], Response]] = {"feedback": _feedback, "receipt": _receipt, "file": _file}


def _attached(data: bytes, kind: str, name: str) -> Response:
    return Response(data, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
