"""An instructor's session: a cookie that scripts cannot read and other sites do not send, and a word in every form."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from autograder.mailbox import access
from autograder.mailbox.access import Forbidden, Refused
from autograder.mailbox.mailbox import Mailbox

COOKIE = "mailbox_session"
ENDED = "your session has ended: go back to /instructor and sign in with a code"
FORGED = "this form is not from this page or is old: go back, load the page again, and repeat it"


def session_of(mailbox: Mailbox, request: Request) -> str | None:
    """Return the session of an instructor, None for anybody else."""
    session = request.cookies.get(COOKIE, "")
    with mailbox.database.reading() as connection:
        return session if session and access.is_instructor(connection, mailbox.secret, session) else None


def must_be_instructor(mailbox: Mailbox, request: Request) -> str:
    """Return the session. Raises Refused for anybody but an instructor."""
    session = session_of(mailbox, request)
    if session is None:
        raise Refused(ENDED)
    return session


def word(mailbox: Mailbox, session: str) -> str:
    """Return what each form of a session holds, which another site cannot know."""
    return mailbox.secret.digest("form", session)


def must_be_ours(mailbox: Mailbox, request: Request, session: str, form: Mapping[str, str]) -> None:
    """Raise Refused for a form that another site made."""
    if not hmac.compare_digest(form.get("word", "").encode(), word(mailbox, session).encode()):
        raise Forbidden(FORGED)
    must_be_same_site(request)


def must_be_same_site(request: Request) -> None:
    """Raise Refused where the browser says that another site sent this."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden(FORGED)


async def form_of(request: Request) -> dict[str, str]:
    """Read a small form."""
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


def signed_in(request: Request, session: str) -> Response:
    """Return the way to the roster, with the cookie."""
    answer = back("/instructor")
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, session, httponly=True, samesite="strict", secure=secure, path="/instructor")
    return answer


def back(path: str) -> Response:
    """Return the way to a page, after a form."""
    return RedirectResponse(path, status_code=303)
