"""One request over HTTP and its answer: urllib, or the page's own in a browser. Knows nothing of mailboxes.

Follows no redirect by itself, because urllib would take the student's key along to wherever it leads.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tinytorch.handing_in.errors import NoAnswerError

if TYPE_CHECKING:
    import urllib.error

SECONDS = 60.0  # without a byte from the other side
LARGEST = 50_000_000  # bytes of an answer that are read


@dataclass(frozen=True)
class Answer:
    """What came back. The names of `headers` are in small letters."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def send(method: str, url: str, body: bytes | None, headers: Mapping[str, str], seconds: float = SECONDS) -> Answer:
    """Return the answer to one request, whatever its status. Raises NoAnswerError where there is none."""
    if sys.platform == "emscripten":
        from tinytorch.handing_in.browser import send_from_page

        return send_from_page(method, url, body, headers, seconds)
    return _send(method, url, body, headers, seconds)


def _send(method: str, url: str, body: bytes | None, headers: Mapping[str, str], seconds: float) -> Answer:
    import http.client
    import urllib.error
    import urllib.request

    class Staying(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            """Follow nothing."""

    request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)  # noqa: S310  address.normal
    try:
        with urllib.request.build_opener(Staying).open(request, timeout=seconds) as found:
            return _answer(found)
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error)
    except urllib.error.URLError as error:
        raise NoAnswerError(_why(url, error)) from error
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswerError(f"the connection to {_host(url)} broke off ({error or type(error).__name__})") from error


def _answer(found: Any) -> Answer:
    headers = {name.lower(): value for name, value in found.headers.items()}
    return Answer(int(found.status), found.read(LARGEST), headers)


def _host(url: str) -> str:
    return url.split("/")[2]


def _why(url: str, error: urllib.error.URLError) -> str:
    """Say what stood between this machine and the mailbox."""
    import socket
    import ssl
    import urllib.request

    host, reason = _host(url), error.reason
    proxy = urllib.request.getproxies().get(url.partition(":")[0])
    through = f"; this machine goes through the proxy {_without_password(proxy)}" if proxy else ""
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"{host} cannot prove who it is ({reason.verify_message}): is the clock right, and is this its network?"
    if isinstance(reason, socket.gaierror):
        return f"{host} was not found: is there a network here, and is the address right?{through}"
    if isinstance(reason, TimeoutError):
        return f"{host} did not answer in time{through}"
    return f"{host} cannot be reached ({getattr(reason, 'strerror', None) or reason}){through}"


def _without_password(proxy: str) -> str:
    return proxy.rpartition("@")[2]
