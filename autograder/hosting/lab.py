"""JupyterLab on a course: its settings, its environment, and the process that it becomes.

The student's code finds a copy of `tinytorch` without the reference, so that no import gives a solution and
`tinytorch export` in this classroom never writes into the checkout.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from autograder.hosting.course import Course, environment
from autograder.hosting.texts import START_PAGE
from autograder.reading.places import ROOT
from autograder.sandbox.confinement import build_support

FIRST_PORT = 8888
_TRIES = 50
_PLUGINS: Mapping[str, Mapping[str, Any]] = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
}


def free_port(wanted: int | None = None, first: int = FIRST_PORT) -> int:
    """Return `wanted`, or the first free port from `first` on. Raises OSError where it is taken or none is free."""
    for port in [wanted] if wanted else range(first, first + _TRIES):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    if wanted:
        raise OSError(f"port {wanted} is taken or not allowed; pass another --port, or none to have one chosen")
    raise OSError(f"no port from {first} to {first + _TRIES - 1} is free; end what uses them, or pass --port")


def prepare(course: Course) -> None:
    """Write JupyterLab's settings for a course, and the copy of `tinytorch` that its notebooks import."""
    for plugin, values in _PLUGINS.items():
        path = course.settings / "lab" / "user-settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values, indent=1))
    support = support_of(course)
    shutil.rmtree(support, ignore_errors=True)
    support.mkdir(parents=True)
    build_support(support)


def server(course: Course, port: int, browser: bool) -> tuple[list[str], dict[str, str]]:
    """Return the command that is JupyterLab on this course, and its environment. It listens on this machine only."""
    settings: dict[str, Any] = {
        "ip": "127.0.0.1",
        "port": port,
        "port_retries": 0,
        "root_dir": str(course.folder),
        "answer_yes": True,  # one Ctrl-C ends it
        "open_browser": browser,
        "log_level": "WARN",
        "terminado_settings": {"shell_command": [os.environ.get("SHELL") or "sh"]},
        "jpserver_extensions": {"autograder.hosting.buttons": True},
    }
    config = course.settings / "jupyter_server_config.json"
    lab = {"default_url": f"/lab/tree/{quote(START_PAGE)}", "log_level": "WARN"}
    config.write_text(json.dumps({"ServerApp": settings, "LabApp": lab}, indent=1))
    keys = {"TINYTORCH_KEYS": str(course.settings / "keys")}  # not among the user's own
    places = [str(support_of(course)), str(ROOT)]
    environ = {**environment(course), "PYTHONPATH": os.pathsep.join(places), **keys}
    root = ["--allow-root"] if os.geteuid() == 0 else []
    return [sys.executable, "-m", "jupyterlab", *root], environ


def become(course: Course, port: int, browser: bool) -> None:
    """Make this process JupyterLab, in the course's folder. Does not return."""
    command, environ = server(course, port, browser)
    os.chdir(course.folder)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(command[0], command, environ)  # noqa: S606  our own interpreter, without a shell


def support_of(course: Course) -> Path:
    """Return the folder that holds the students' copy of `tinytorch`."""
    return course.settings / "support"
