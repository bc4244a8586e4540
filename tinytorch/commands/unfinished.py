"""What a command says where the package that the lesson builds is empty, lacks a part, or has an exercise still open.

A student's copy starts with `tinytorch.benchmarking` empty; `tinytorch export` fills it from the notebook, as far as
that goes. Reads errors, imports nothing.
"""

from __future__ import annotations

import traceback

PACKAGE = "tinytorch.benchmarking"
EXPORT = "run `tinytorch export benchmarking_dev.ipynb`"


def unfinished(error: ImportError | NotImplementedError) -> str | None:
    """Return one sentence with the way out, or None where the error has nothing to do with the package."""
    if isinstance(error, NotImplementedError):
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
        if not frames or not frames[-1].f_globals.get("__name__", "").startswith(f"{PACKAGE}."):
            return None
        where, module = frames[-1].f_code.co_qualname, frames[-1].f_globals["__name__"].rpartition(".")[2]
        return f"{where} of {module}.py is still to be written: solve its exercise, save the notebook, then {EXPORT}"
    name = error.name or ""
    if not f"{name}.".startswith(f"{PACKAGE}."):
        return None
    if isinstance(error, ModuleNotFoundError):
        return f"there is no {name}: {EXPORT}, which makes it from your notebook"
    text = str(error)
    if text.startswith("cannot import name "):
        return f"{PACKAGE} has no {text.split()[3]}: {EXPORT} with a notebook that defines it"
    return text
