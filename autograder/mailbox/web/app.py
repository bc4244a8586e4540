"""The web side as one application, for any ASGI server."""

from __future__ import annotations

import os
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse
from starlette.middleware.cors import CORSMiddleware

from autograder.mailbox.mailbox import Mailbox, open_mailbox
from autograder.mailbox.web.api import Counter
from autograder.mailbox.web.doorman import Doorman
from autograder.mailbox.web.instructor import Office
from autograder.mailbox.web.refusals import add_refusals
from autograder.mailbox.web.templates import FOLDER, page

COURSE_VARIABLE = "AUTOGRADER_MAILBOX_COURSE"
_STATIC = {"drop.js": "text/javascript", "mailbox.css": "text/css"}


def make_app(mailbox: Mailbox) -> FastAPI:
    """Return the application of a mailbox. Origins and rates are read once, all else at every request."""
    found = mailbox.settings
    app = FastAPI(title="Mailbox", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(Counter(mailbox, found).router())
    app.include_router(Office(mailbox, found).router())
    app.add_api_route("/", lambda: _front(mailbox), methods=["GET"], include_in_schema=False)
    app.add_api_route("/static/{name}", _static, methods=["GET"], include_in_schema=False)
    add_refusals(app)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=found.origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "X-Client"],
        expose_headers=["Retry-After"],
        max_age=600,
    )
    app.add_middleware(Doorman)
    return app


def app_of_environment() -> FastAPI:
    """Return the application of the course that the environment names: what uvicorn calls in each process."""
    return make_app(open_mailbox(Path(os.environ[COURSE_VARIABLE])))


def _front(mailbox: Mailbox) -> HTMLResponse:
    found = mailbox.settings
    return page("drop.html", course=found.course, assignment=found.assignment, notebook=found.notebook, due=found.due)


def _static(name: str) -> FileResponse:
    if name not in _STATIC:
        from starlette.exceptions import HTTPException

        raise HTTPException(404)
    return FileResponse(
        FOLDER.parent / "static" / name, media_type=_STATIC[name], headers={"Cache-Control": "max-age=300"}
    )
