"""The pages' templates: everything is escaped, and a name that a page uses and is not given is an error."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder.grading.results import points_text

FOLDER = Path(__file__).resolve().parent / "pages"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({"points": points_text, "moment": _moment})
    return environment


def page(name: str, status: int = 200, **words: Any) -> HTMLResponse:
    """Return a page by its template's file name."""
    return HTMLResponse(_environment().get_template(name).render(status=status, **words), status_code=status)


def _moment(text: str | None) -> str:
    """A time for people; what the mailbox writes is UTC."""
    return f"{text[:10]} {text[11:16]} UTC" if text else "none"
