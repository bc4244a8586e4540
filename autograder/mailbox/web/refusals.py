"""What goes wrong, as a status code and one sentence: JSON for programs, a page under /instructor."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from autograder.mailbox.access import Forbidden, Refused
from autograder.mailbox.database import DatabaseAwayError, DiskFullError
from autograder.mailbox.limits import TooOftenError
from autograder.mailbox.mailbox import NoMailboxError
from autograder.mailbox.names import NotANotebookError
from autograder.mailbox.web.doorman import TooLargeError
from autograder.mailbox.web.templates import page

_STATUS: Mapping[type[Exception], int] = {
    Forbidden: 403,
    Refused: 401,
    DatabaseAwayError: 503,
    DiskFullError: 507,
    NoMailboxError: 503,
    NotANotebookError: 415,
    TooLargeError: 413,
    TooOftenError: 429,
    ValueError: 400,
}
_WORDS = {404: "there is nothing here: look at the address", 405: "this cannot be done here: look at the address"}


def add_refusals(app: FastAPI) -> None:
    """Have every refusal answered in one sentence."""
    for kind in (*_STATUS, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _answer)


def _answer(request: Request, error: Exception) -> Response:
    status, said = _said(error)
    headers = {}
    if isinstance(error, TooOftenError):
        headers["Retry-After"] = str(error.wait_s)
    elif isinstance(error, DatabaseAwayError):
        headers["Retry-After"] = "60"
    elif status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if request.url.path.startswith("/instructor"):
        return page("refused.html", status=status, said=said[:1].upper() + said[1:] + ".")
    return JSONResponse({"error": said}, status_code=status, headers=headers)


def _said(error: Exception) -> tuple[int, str]:
    if isinstance(error, HTTPException):
        own = error.detail != HTTPStatus(error.status_code).phrase
        return error.status_code, str(error.detail) if own else _WORDS.get(error.status_code, str(error.detail))
    if isinstance(error, RequestValidationError):
        missing = ", ".join(str(each["loc"][-1]) for each in error.errors())
        return 400, f"this cannot be read; look at {missing}"
    for kind, status in _STATUS.items():
        if isinstance(error, kind):
            return status, str(error)
    return 500, "the mailbox made a mistake and nothing was recorded: tell your instructor, and hand in again later"
