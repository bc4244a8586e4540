"""Docstrings as the reference shows them: they are written with Markdown's backticks, and reStructuredText has others.

`name` becomes a literal; the rest of a docstring is left as it stands. In signatures numpy's types get the short names
that the code itself uses.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

_NAMES = {
    "~numpy.ndarray[tuple[~typing.Any, ...], ~numpy.dtype[~typing.Any]]": "Array",
    "~numpy.ndarray[tuple[~typing.Any, ...], ~numpy.dtype[~numpy.int64]]": "IntArray",
    "~collections.abc.Callable[[Array], ~typing.Any]": "Model",
    "<factory>": "...",  # a default made anew for each object; no Python, so no signature could be read
}
_ANY = "(*args, **kwargs)"  # what a protocol is said to take: nobody calls it
_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)(?=(\w)?)")


def literal(line: str) -> str:
    """Return `line` with single backticks doubled; a letter right after them is set apart, as the rules of RST want."""
    return _CODE.sub(lambda found: f"``{found[1]}``" + ("\\ " if found[2] else ""), line)


def _process(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    lines[:] = literal("\n".join(lines)).split("\n")


def named(signature: str | None) -> str | None:
    """Return a signature in which numpy's arrays have the names that the code gives them."""
    for long, short in _NAMES.items():
        signature = signature and signature.replace(long, short)
    return signature


def _signature(app: Sphinx, what: str, name: str, obj: object, options: object, args: Any, returns: Any) -> Any:
    return "" if args == _ANY else named(args), named(returns)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("autodoc-process-docstring", _process)
    app.connect("autodoc-process-signature", _signature)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
