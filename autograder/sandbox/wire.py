"""Plain data on a line of JSON, both ways between the grader and a student's package. Knows nothing of processes or
pipes. A value is a JSON value or an object with one tag; objects that stay where they are travel as references: a
`HandleRef` names an object of the student's process, a `CallbackRef` one of the grader's. Nothing is ever built from
what arrives but the types listed here, each exactly: an instance of a subclass stays over there as a handle."""

from __future__ import annotations

import array
import binascii
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_BYTES = 64 * 2**20  # of a message
MAX_DEPTH = 40
MAX_ITEMS = 1_000_000  # in a message, all lists together
_DTYPE = re.compile(r"[<>|][biuf][1248]")
_REAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class WireError(ValueError):
    """A message that breaks the protocol, or a value that cannot travel; the text names the rule."""


@dataclass(frozen=True)
class HandleRef:
    """An object in the student's process: its number there and the name of its class, for people."""

    id: int
    kind: str


@dataclass(frozen=True)
class CallbackRef:
    """An object in the grader's process, or its method `name`; `calls` says whether it may be called."""

    id: int
    name: str
    calls: bool


Ref = HandleRef | CallbackRef


def encode(value: object, refer: Callable[[object], Ref], depth: int = 0) -> Any:
    """Return `value` as JSON data with tags; what is not plain data goes through `refer`, which may raise.

    Raises WireError if the value is nested deeper than MAX_DEPTH or holds an array over half of MAX_BYTES.
    """
    if depth > MAX_DEPTH:
        raise WireError(f"a value may be nested {MAX_DEPTH} deep; this one is deeper, or holds itself")
    match value:
        case None | bool():
            return value
        case int() | str() if type(value) in (int, str):
            return value
        case float() if type(value) is float:
            return value if math.isfinite(value) else {"f": repr(value)}
        case list() | tuple() if type(value) in (list, tuple):
            items = [encode(item, refer, depth + 1) for item in value]
            return items if type(value) is list else {"t": items}
        case dict() if type(value) is dict:
            return {"d": [[encode(k, refer, depth + 1), encode(v, refer, depth + 1)] for k, v in value.items()]}
        case bytes() if type(value) is bytes:
            return {"b": _text(value)}
        case array.array() if type(value) is array.array and value.typecode != "u":
            return _numeric(np.asarray(value), "a")
        case np.ndarray() if type(value) is np.ndarray and _DTYPE.fullmatch(value.dtype.str):
            return _numeric(value, "a")
        case np.generic() if type(value) is value.dtype.type and _DTYPE.fullmatch(value.dtype.str):
            return _numeric(np.asarray(value), "n")
    ref = refer(value)
    return {"h": [ref.id, ref.kind]} if isinstance(ref, HandleRef) else {"c": [ref.id, ref.name, ref.calls]}


def decode(data: Any, resolve: Callable[[Ref], object], depth: int = 0) -> Any:
    """Return the value that `encode` was given, references through `resolve`; raises WireError for anything else."""
    if depth > MAX_DEPTH:
        raise WireError(f"a value may be nested {MAX_DEPTH} deep; this one is deeper")
    match data:
        case None | bool() | int() | float() | str():
            return data
        case list():
            return [decode(item, resolve, depth + 1) for item in data]
        case {"t": [*items], **rest} if not rest:
            return tuple(decode(item, resolve, depth + 1) for item in items)
        case {"d": [*pairs], **rest} if not rest:
            return dict(_pair(pair, resolve, depth + 1) for pair in pairs)
        case {"f": str(name), **rest} if not rest and name in _REAL:
            return _REAL[name]
        case {"b": str(text), **rest} if not rest:
            return _bytes(text)
        case {"a": [str(dtype), [*shape], str(text)], **rest} if not rest:
            return _array(dtype, shape, text)
        case {"n": [str(dtype), str(text)], **rest} if not rest:
            return _array(dtype, [], text)[()]
        case {"h": [int(number), str(kind)], **rest} if not rest and type(number) is int:
            return resolve(HandleRef(number, kind))
        case {"c": [int(number), str(name), bool(calls)], **rest} if not rest and type(number) is int:
            return resolve(CallbackRef(number, name, calls))
    raise WireError("a value has no form that the protocol knows")


def dumps(message: Mapping[str, Any]) -> bytes:
    """Return `message` as one line with its newline; raises WireError if it is over one of the limits."""
    try:
        line = _ENCODER.encode(message).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(f"a message must be plain JSON: {error}") from error
    _within_limits(line)
    return line + b"\n"


def loads(line: bytes) -> dict[str, Any]:
    """Return the message of a line; raises WireError if it is not JSON, not an object or over one of the limits."""
    _within_limits(line)
    try:
        message = _DECODER.decode(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise WireError("a line is not a message of the protocol") from error
    if not isinstance(message, dict):
        raise WireError("a message is a JSON object, this line holds something else")
    return message


def _within_limits(line: bytes) -> None:
    """Counted before parsing: 64 MB of brackets would become gigabytes of lists."""
    if len(line) <= MAX_ITEMS:
        return
    if len(line) > MAX_BYTES:
        raise WireError(f"a message may have {MAX_BYTES} bytes, this one has {len(line)}")
    items = line.count(b",") + line.count(b"[") + line.count(b"{")
    if items > MAX_ITEMS:
        raise WireError(f"a message may hold {MAX_ITEMS} items, this one holds about {items}; send arrays as arrays")


def _refuse(constant: str) -> float:
    raise ValueError(constant)


_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_constant=_refuse)


def _text(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except ValueError as error:
        raise WireError("bytes travel as base64, this is none") from error


def _numeric(value: np.ndarray[Any, Any], tag: str) -> dict[str, list[Any]]:
    if value.nbytes > MAX_BYTES // 2:
        raise WireError(f"an array may hold {MAX_BYTES // 2} bytes, this one holds {value.nbytes}")
    data = _text(value.tobytes())
    return {tag: [value.dtype.str, list(value.shape), data]} if tag == "a" else {tag: [value.dtype.str, data]}


def _array(dtype: str, shape: list[Any], text: str) -> np.ndarray[Any, Any]:
    if not _DTYPE.fullmatch(dtype):
        raise WireError("an array is of bool, int, uint or float, this one is of something else")
    if any(type(n) is not int or n < 0 for n in shape):
        raise WireError("a shape is made of lengths, this one is not")
    data = _bytes(text)
    if dtype[1] == "b" and data.strip(b"\0\1"):
        raise WireError("a bool is a byte 0 or 1, this one is another")
    try:
        return np.frombuffer(data, dtype=np.dtype(dtype)).reshape(shape).copy()
    except (TypeError, ValueError, OverflowError) as error:
        raise WireError("an array's bytes fit its dtype and shape, these do not") from error


def _pair(pair: Any, resolve: Callable[[Ref], object], depth: int) -> tuple[Any, Any]:
    if not (isinstance(pair, list) and len(pair) == 2):
        raise WireError("a dict travels as pairs, this is none")
    key, value = decode(pair[0], resolve, depth), decode(pair[1], resolve, depth)
    try:
        hash(key)
    except TypeError as error:
        raise WireError("a dict's key must be hashable, this one is not") from error
    return key, value
