"""What every request passes: a line in the log, headers that keep pages to themselves, a limit on small bodies.

The log says method, path, status and time; never a query, a header or a body, since tokens and codes stand there.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from autograder.shown import in_line

logger = logging.getLogger("autograder.mailbox")

SMALL = 64 * 1024  # bytes of a form or of JSON; a route that takes files counts for itself
FILES = "/submissions"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:;"
    " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cache-control": b"no-store",
    b"cross-origin-opener-policy": b"same-origin",
}

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class TooLargeError(ValueError):
    """A body that is too large; the message is one sentence with the way out."""


class Doorman:
    """Stands before the application."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                have = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *((k, v) for k, v in HEADERS.items() if k not in have)]
            await send(message)

        takes_files = scope["path"] == FILES and scope["method"] == "POST"
        try:
            await self._app(scope, receive if takes_files else _counted(receive), sent)
        finally:
            path = in_line(scope["path"])[:200]
            logger.info("%s %s %d %.0f ms", scope["method"], path, status, 1000 * (time.monotonic() - began))


def _counted(receive: Receive) -> Receive:
    size = 0

    async def received() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > SMALL:
            raise TooLargeError(f"this has more than {SMALL:,} bytes, which nothing that is asked for here has")
        return message

    return received
