"""The same request from Python in a page, where there are no sockets: the browser's XMLHttpRequest, waited for.

The kernel has a thread of its own there, so that waiting holds nothing else up.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tinytorch.handing_in.errors import NoAnswerError

if TYPE_CHECKING:
    from tinytorch.handing_in.transport import Answer


def send_from_page(method: str, url: str, body: bytes | None, headers: Mapping[str, str], seconds: float) -> Answer:
    """Return the answer to one request. Raises NoAnswerError where there is none or the browser may not show it."""
    from tinytorch.handing_in.transport import Answer

    page: Any = importlib.import_module("js")
    made: Any = importlib.import_module("pyodide.ffi")
    asked = page.XMLHttpRequest.new()
    asked.open(method, url, False)
    asked.responseType, asked.timeout = "arraybuffer", int(1000 * seconds)
    for name, value in headers.items():
        asked.setRequestHeader(name, value)
    try:
        asked.send(None if body is None else made.to_js(body))
    except made.JsException as error:
        here = page.location.origin
        raise NoAnswerError(
            f"{url.split('/')[2]} cannot be reached from this page: is there a network here, is the address right, and "
            f"does the course's mailbox list {here} among its origins?"
        ) from error
    lines = (line.partition(": ") for line in str(asked.getAllResponseHeaders()).split("\r\n") if line)
    body_back = b"" if asked.response is None else bytes(asked.response.to_bytes())
    return Answer(int(asked.status), body_back, {name.lower(): value for name, _, value in lines})
