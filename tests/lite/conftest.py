"""Sites as `make lite` builds them, served on this machine: one with Pyodide from its CDN, two with one of our own.

The solved notebook exists in a temporary folder only. What was measured is printed at the end and kept in build/.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from autograder.hand_in import FILE as HAND_IN
from autograder.links import NOTEBOOK
from tests import publications
from tests.lite.pyodide import ROOT, assemble

MEASURED = ROOT / "build/lite-measured.json"
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
_MEASURED = pytest.StashKey[dict[str, str]]()


def build(stack: str, students: Path, to: Path) -> Path:
    """Build the site of `students` as `make lite STACK=stack` does, and return its folder."""
    python = ROOT / f".venv-lite/{stack}/bin/python"
    assert python.exists(), f"{python} is missing; run `make test-lite`, which makes it"
    subprocess.run([python, ROOT / "lite/build.py", "--students", students, "--to", to], check=True)
    return to


@pytest.fixture(scope="session")
def default_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make lite` builds it."""
    return build("current", publications.published(), tmp_path_factory.mktemp("current") / "site")


@pytest.fixture(scope="session")
def pyodide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Pyodide of our own."""
    return assemble(tmp_path_factory.mktemp("pyodide"))


@pytest.fixture(scope="session")
def site_of(pyodide: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Build the site with the solved or the released notebook, on our own Pyodide, which a test can look into."""

    def built(solved: bool, hand_in: str = "") -> Path:
        folder = tmp_path_factory.mktemp("solved" if solved else "released")
        students = publications.copy(folder / "students")
        (students / NOTEBOOK).write_bytes(publications.notebook(students, solved))
        if hand_in:
            (students / HAND_IN).write_text(hand_in, encoding="utf-8")
        site = build("tested", students, folder / "site")
        (site / "static").mkdir(exist_ok=True)
        (site / "static/pyodide").symlink_to(pyodide)
        path = site / "jupyter-lite.json"
        settings = json.loads(path.read_text(encoding="utf-8"))
        settings["jupyter-config-data"]["exposeAppInBrowser"] = True
        settings["jupyter-config-data"]["litePluginSettings"][KERNEL]["pyodideUrl"] = "./static/pyodide/pyodide.js"
        path.write_text(json.dumps(settings), encoding="utf-8")
        return site

    return built


class _Counting(SimpleHTTPRequestHandler):
    """Serves files and adds up what it has sent."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript", ".wasm": "application/wasm"}
    sent: dict[str, int]

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def send_header(self, keyword: str, value: str) -> None:
        super().send_header(keyword, value)
        if keyword == "Content-Length":
            self.sent[self.path] = self.sent.get(self.path, 0) + int(value)


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], tuple[str, dict[str, int]]]]:
    """Serve a folder; return its address and, by path, how many bytes have been sent."""
    servers: list[ThreadingHTTPServer] = []

    def start(folder: Path) -> tuple[str, dict[str, int]]:
        sent: dict[str, int] = {}
        handler = type("Counting", (_Counting,), {"sent": sent})
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
        Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}", sent

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def measured(request: pytest.FixtureRequest) -> dict[str, str]:
    """What this run measured, to be printed at its end: name -> value with unit."""
    return request.config.stash.setdefault(_MEASURED, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was measured and keep it."""
    found = config.stash.get(_MEASURED, {})
    for name, value in found.items():
        terminalreporter.write_line(f"{name}: {value}")
    if found:
        MEASURED.parent.mkdir(exist_ok=True)
        MEASURED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
