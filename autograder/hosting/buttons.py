"""JupyterLab's server extension that puts this grader behind Formgrader's buttons.

nbgrader's own "Autograde" would run students' code in a kernel of the instructor's, without a sandbox and without the
hidden suites, and enter the visible checks' points over ours. Here that button runs `autograder grade`, and "Generate
feedback" runs `autograder feedback`; every other button stays nbgrader's. Loaded before nbgrader's extension, because
the first handler of an address answers.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from jupyter_server.utils import url_path_join
from nbgrader.server_extensions.formgrader.base import BaseApiHandler, check_notebook_dir, check_xsrf
from tornado import web

from autograder.reading.lesson import ASSIGNMENT
from autograder.reading.places import ROOT

_running = asyncio.Lock()  # one command at a time: they write into the same course


def _guarded(post: Callable[..., Awaitable[None]]) -> Any:
    """Ask of a request what nbgrader asks: somebody logged in, a cross-site token, a course inside Lab's folder."""
    return web.authenticated(check_xsrf(check_notebook_dir(post)))


class Grade(BaseApiHandler):  # type: ignore[misc]
    """Grade what was collected; only what changed since the last time is judged."""

    @_guarded
    async def post(self, assignment: str, student: str) -> None:
        """Answer as nbgrader's own handler does."""
        self.write(await run(assignment, self.coursedir.root, "grade", "."))


class Feedback(BaseApiHandler):  # type: ignore[misc]
    """Write the feedback pages of everybody who was graded."""

    @_guarded
    async def post(self, assignment: str, student: str = "") -> None:
        """Answer as nbgrader's own handler does."""
        self.write(await run(assignment, self.coursedir.root, "feedback", "--course", "."))


async def run(assignment: str, course: str, *words: str) -> str:
    """Run `autograder` in a course folder; return what nbgrader's pages show: success, log, error."""
    if assignment != ASSIGNMENT:
        said = f"this grader knows the assignment {ASSIGNMENT} only; grade {assignment} with `nbgrader autograde`"
        return json.dumps({"success": False, "log": "", "error": said})
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}  # columns: of the window it shows them in
    async with _running:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "autograder", *words),
            cwd=course,
            env=environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    said = output.decode("utf-8", "replace")
    answer: dict[str, Any] = {"success": process.returncode == 0, "log": said}
    return json.dumps(answer if answer["success"] else {**answer, "error": said.strip().rpartition("\n")[2]})


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "autograder.hosting.buttons"}]


def _load_jupyter_server_extension(server: Any) -> None:
    base = server.web_app.settings["base_url"]
    handlers: list[tuple[str, type[BaseApiHandler]]] = [
        (r"formgrader/api/submission/([^/]+)/([^/]+)/autograde", Grade),
        (r"formgrader/api/assignment/([^/]+)/generate_feedback", Feedback),
        (r"formgrader/api/assignment/([^/]+)/([^/]+)/generate_feedback", Feedback),
    ]
    server.web_app.add_handlers(".*$", [(url_path_join(base, path), handler) for path, handler in handlers])
