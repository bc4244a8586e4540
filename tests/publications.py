"""The students' repository as `autograder publish` writes it, once for a run of the tests, and notebooks of it."""

import atexit
import functools
import io
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from autograder.links import NOTEBOOK, Links
from autograder.proving.demo_class import answers, filled
from autograder.publishing.publish import publish
from autograder.reading.lesson import load_lesson
from autograder.reading.places import LESSON

LINKS = Links("course-org/benchmarking", "main")


@functools.cache
def published() -> Path:
    """Publish into a folder of its own and return it; tests read it and never write to it."""
    folder = Path(tempfile.mkdtemp(prefix="published-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    publish(folder, LINKS)
    return folder


def copy(folder: Path) -> Path:
    """Copy the publication, to change it."""
    shutil.copytree(published(), folder)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def notebook(folder: Path, solved: bool) -> bytes:
    """Return the notebook published in `folder`, with the lesson's answers in it or as it is."""
    return filled(load_lesson(folder / NOTEBOOK), answers(load_lesson(LESSON)) if solved else {})


@functools.cache
def wheel() -> Path:
    """Build the publication's wheel as pip does, without the network, and return it."""
    folder = Path(tempfile.mkdtemp(prefix="wheel-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--no-build-isolation", "--wheel-dir", str(folder / "built"), str(copy(folder / "source"))]
    subprocess.run(command, check=True, capture_output=True)
    return next((folder / "built").iterdir())


def archive(folder: Path, links: Links) -> bytes:
    """Return the zip that GitHub would make of the folder: everything in a folder NAME-REF."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files(folder).items():
            file.writestr(f"{links.name}-{links.ref.replace('/', '-')}/{name}", data)
    return packed.getvalue()


@contextmanager
def served() -> Iterator[tuple[str, dict[str, bytes], list[str]]]:
    """Serve bytes by path over HTTP on this machine: (address, what is served, paths that were asked for)."""
    pages: dict[str, bytes] = {}
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = pages.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", pages, asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
