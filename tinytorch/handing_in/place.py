"""Where the student works: Colab, Binder, a browser alone, another Jupyter, a terminal; and whether it forgets."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Literal

from tinytorch.checking.quiet import shell

Place = Literal["browser", "colab", "binder", "jupyter", "terminal"]

SAVE = "save the notebook (File, then Save Notebook)"  # in JupyterLab no key reaches it past a question
DOWNLOAD = {
    "browser": "in the list of files on the left, right-click {name}, then Download",
    "colab": "File, then Download, then Download .ipynb",
    "binder": "in the list of files on the left, right-click {name}, then Download",
    "jupyter": "File, then Download; on your own machine it lies in {folder}",
    "terminal": "it lies in {folder}",
}


def place() -> Place:
    """Return where this Python runs."""
    if sys.platform == "emscripten":
        return "browser"
    if "google.colab" in sys.modules:
        return "colab"
    if kernel() is None:
        return "terminal"
    return "binder" if "BINDER_SERVICE_HOST" in os.environ or "BINDER_LAUNCH_HOST" in os.environ else "jupyter"


def kernel() -> Any:
    """Return the kernel of a running notebook, or None. Never imports IPython."""
    running = shell()
    if running is None:
        return None
    if sys.platform == "emscripten":
        return running
    return getattr(running, "kernel", None)


def asks_somebody() -> bool:
    """Say whether a question would reach a person: a notebook that a program runs has nobody in front of it."""
    if sys.platform == "emscripten":
        return True
    running = kernel()
    if running is None:
        return sys.stdin is not None and sys.stdin.isatty()
    return bool(getattr(running, "_allow_stdin", False))


def download(name: str) -> str:
    """Return how to get the file from here onto one's own disk."""
    return DOWNLOAD[place()].format(name=name, folder=Path.cwd())


def forgets() -> str:
    """Return a sentence where this place forgets the student's key when its session ends, else nothing."""
    if place() == "colab" and not drive():
        return (
            "Colab forgets your key when this session ends; next time you need a new code from your course, or mount "
            "your Drive before you hand in, and the key is kept there."
        )
    if place() == "binder":
        return "Binder forgets your key when this session ends; next time you need a new code from your course."
    return ""


def drive() -> Path | None:
    """Return the student's Google Drive where it is mounted in Colab."""
    mounted = Path("/content/drive/MyDrive")
    return mounted if place() == "colab" and mounted.is_dir() else None
