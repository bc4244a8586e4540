"""A model behind an HTTP endpoint as a plain callable. Knows nothing of benchmarks; stdlib and numpy only."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NoReturn
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
STALE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


class EndpointError(RuntimeError):
    """An endpoint did not answer, or not with one output per sample."""


def encode_json(batch: Array) -> bytes:
    """Return `{"inputs": [...]}`. Raises ValueError for NaN and infinity, which JSON does not have."""
    return json.dumps({"inputs": batch.tolist()}, allow_nan=False).encode()


def decode_json(body: bytes) -> Array:
    """Return the array in `{"outputs": [...]}`. Raises ValueError for anything else."""
    held = json.loads(body)
    if not isinstance(held, dict) or "outputs" not in held:
        raise ValueError('a JSON object with the key "outputs" is expected')
    return np.asarray(held["outputs"])


def http_model(
    url: str,
    *,
    timeout_s: float = 10.0,
    headers: Mapping[str, str] | None = None,
    encode: Callable[[Array], bytes] = encode_json,
    decode: Callable[[bytes], Any] = decode_json,
    content_type: str = "application/json",
) -> HttpModel:
    """Return the endpoint at `url` as a callable: a batch is POSTed, `{"inputs": [...]}` -> `{"outputs": [...]}`.

    Connections are kept open and shared by nobody: there are as many as threads ask at once. `timeout_s` is for
    connecting and for each wait for more of the answer. Redirects and proxies are not followed. A connection that the
    server closed between two queries is opened again once, within the latency. Raises ValueError for another kind of
    address, or one that holds a password, which belongs into `headers`.

    Timed: encoding, the network, whatever the server does, and decoding.

    Not built anew: the model lives in the server, whose memory nobody here controls. A benchmark says so, and two
    endpoints are compared with that in mind.
    """
    return HttpModel(url, timeout_s, dict(headers or {}), encode, decode, content_type)


class HttpModel:
    """What `http_model` returns; `close` closes its connections."""

    rebuildable = False

    def __init__(
        self,
        url: str,
        timeout_s: float,
        headers: Mapping[str, str],
        encode: Callable[[Array], bytes],
        decode: Callable[[bytes], Any],
        content_type: str,
    ) -> None:
        self._idle: list[http.client.HTTPConnection] = []
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise ValueError("an endpoint is http://host/path or https://host/path; a password belongs into headers")
        if not timeout_s > 0:
            raise ValueError(f"timeout_s must be positive, got {timeout_s}")
        self._arguments = url, timeout_s, dict(headers), encode, decode, content_type
        self._place, self._timeout_s, self._encode, self._decode = (
            (parts.hostname, parts.port),
            timeout_s,
            encode,
            decode,
        )
        self._kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._headers = {"Content-Type": content_type, **headers}
        self.url, self.__name__ = url, f"{parts.netloc}{parts.path}"

    def __call__(self, batch: Array) -> Array:
        """Return the outputs (n, ...) of a batch (n, ...). Raises EndpointError, and what `encode` raises."""
        body = self._encode(batch)
        status, reason, answer = self._post(body)
        if not 200 <= status < 300:
            self._fail(f"answered {status} {reason}: {answer[:200].decode(errors='replace').strip() or 'nothing else'}")
        try:
            outputs = np.asarray(self._decode(answer))
        except (ValueError, TypeError, KeyError) as error:
            self._fail(f"answered {answer[:60]!r}: {error}", error)
        count = len(outputs) if outputs.ndim else 0
        if count != len(batch):
            self._fail(f"gave {count} outputs for {len(batch)} samples; it must give one for each, in order")
        return outputs

    def _post(self, body: bytes) -> tuple[int, str, bytes]:
        """Return status, reason and body of the answer, over a connection that is idle or new."""
        try:
            idle = self._idle.pop()
        except IndexError:
            pass
        else:
            with suppress(*STALE):
                return self._ask(idle, body)
        return self._ask(self._kind(*self._place, timeout=self._timeout_s), body)

    def _ask(self, connection: http.client.HTTPConnection, body: bytes) -> tuple[int, str, bytes]:
        """Ask over one connection, which is kept only if all went well."""
        kept, reused = False, connection.sock is not None
        try:
            connection.request("POST", self._path, body, self._headers)
            response = connection.getresponse()
            answer = response.read()
            kept = True  # a connection that the server wants closed is closed by now, and opens itself again
            return response.status, response.reason, answer
        except TimeoutError as error:
            self._fail(f"did not answer within {self._timeout_s:g} s", error)
        except (OSError, http.client.HTTPException) as error:
            if reused and isinstance(error, STALE):
                raise
            self._fail(f"could not be asked: {type(error).__name__}: {error}", error)
        finally:
            if kept:
                self._idle.append(connection)
            else:
                connection.close()

    def _fail(self, what: str, cause: Exception | None = None) -> NoReturn:
        raise EndpointError(f"{self.url} {what}") from cause

    def close(self) -> None:
        """Close the connections that are idle; a later call opens new ones."""
        while self._idle:
            self._idle.pop().close()

    def __del__(self) -> None:
        self.close()

    def __deepcopy__(self, memo: dict[int, Any]) -> NoReturn:
        raise TypeError("the model lives in the server: a copy of its address would be the same model")

    def __reduce__(self) -> tuple[Any, ...]:
        return HttpModel, self._arguments
