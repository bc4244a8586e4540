"""The built book, served on this machine, and headless Chromium in front of it; `make test-book` builds it first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.book.browser import Browser

ROOT = Path(__file__).parents[2]
HTML = ROOT / "book/_build/html"
PAGES = sorted(path.relative_to(HTML).as_posix() for path in HTML.rglob("*.html") if "_static" not in path.parts)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing: every request of every page would be a line."""


@pytest.fixture(scope="session")
def book() -> Path:
    """The folder of the built book."""
    assert (HTML / "index.html").is_file(), "the book is not built; run `make test-book`, which builds it first"
    return HTML


@pytest.fixture(scope="session")
def serve() -> Iterator[Any]:
    """Serve a folder and return its address; as many as a test wants."""
    servers: list[ThreadingHTTPServer] = []

    def start(folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
        Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def address(book: Path, serve: Any) -> str:
    """Where the book is served."""
    found: str = serve(book)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; each sets the width, the theme and the medium that it wants."""
    with Browser() as started:
        yield started
