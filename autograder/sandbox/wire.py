"""Plain data on a line of JSON, both ways between the grader and a student's package. Knows nothing of processes or
pipes. A value is a JSON value or an object with one tag; objects that stay where they are travel as references: a
`HandleRef` names an object of the student's process, a `CallbackRef` one of the grader's, and a `CallRef` what a call
of a function of the student's process will return there. Nothing is ever built from what arrives but the types listed
here, each exactly: an instance of a subclass stays over there as a handle. Sizes, shapes and counts are looked at
before anything is built of them: a line may come from a hostile process, and what it makes must fit into the grader.
"""

from __future__ import annotations

import array
import binascii
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence, Sized
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

# Of one message. The longest of an honest submission has 123 kB and 212 items.
MAX_BYTES = 8 * 2**20
MAX_ITEMS = 200_000  # all lists together
MAX_DEPTH = 40
MAX_TEXT = 2**20  # characters of one text
MAX_PAIRS = 1_000  # of one dict: keys can be made to collide, and then each is compared with all before it
MAX_TOLD = 4  # objects in one another that come with one
MAX_CELLS = 2**22  # of one array; a length of 0 counts as 1, since the other lengths stay when it is summed or listed
# Larger ints can be made to collide by the thousand, and take as long as they please.
_LEAST, _MOST = -(2**63), 2**64 - 1
_DTYPE = re.compile(r"[<>|][biuf][1248]")
_REAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_PLAIN = frozenset({type(None), bool})


class WireError(ValueError):
    """A message that breaks the protocol, or a value that cannot travel; the text names the rule."""


class HandleRef(NamedTuple):
    """An object in the student's process: its number there and the name of its class, for people.

    `told` are [name, encoded value] of those of its attributes that never change, so that nobody needs to ask.
    """

    id: int
    kind: str
    told: Sequence[list[Any]] = ()


class CallbackRef(NamedTuple):
    """An object in the grader's process, or its method `name`; `calls` says whether it may be called.

    `methods` are the names of those of its methods that may be called, so that nobody needs to ask for them.
    """

    id: int
    name: str
    calls: bool
    methods: tuple[str, ...] = ()


class CallRef(NamedTuple):
    """A call that is made when the message is read: the number of the function, and encoded arguments."""

    id: int
    args: list[Any]
    kwargs: dict[str, Any]


Ref = HandleRef | CallbackRef | CallRef
_TAGS = {HandleRef: "h", CallbackRef: "c", CallRef: "e"}


def encode(value: object, refer: Callable[[object], Ref], depth: int = 0) -> Any:
    """Return `value` as JSON data with tags; what is not plain data goes through `refer`, which may raise.

    Raises WireError if the value is nested deeper than MAX_DEPTH, or holds a text, a dict or an array over its limit;
    an int of more than 64 bits goes through `refer`.
    """
    if depth > MAX_DEPTH:
        raise WireError(f"a value may be nested {MAX_DEPTH} deep; this one is deeper, or holds itself")
    found: Any = value
    kind = type(found)
    if kind in _PLAIN or (kind is int and _LEAST <= found <= _MOST) or (kind is str and len(found) <= MAX_TEXT):
        return value
    if kind is str:
        raise _too_long(found)
    if kind is float:
        return value if math.isfinite(found) else {"f": repr(value)}
    if kind is list:
        # Most items are numbers; a call for each took a good part of a message's time.
        return [
            item if type(item) is float and math.isfinite(item) else encode(item, refer, depth + 1) for item in found
        ]
    if kind is np.ndarray and _travels(found.dtype):
        return _numeric(found, "a")
    if kind is tuple:
        return {"t": [encode(item, refer, depth + 1) for item in found]}
    if kind is dict:
        _few_enough(found)
        return {"d": [[encode(k, refer, depth + 1), encode(v, refer, depth + 1)] for k, v in found.items()]}
    if kind is bytes:
        return {"b": _text(found)}
    if kind is array.array and found.typecode != "u":
        return _numeric(np.asarray(found), "a")
    if isinstance(value, np.generic) and kind is value.dtype.type and _travels(value.dtype):
        return _numeric(np.asarray(value), "n")
    ref = refer(value)
    return {_TAGS[type(ref)]: [*ref] if ref[-1] else [*ref[:-1]]}  # what comes with an object is last, and may be empty


def decode(data: Any, resolve: Callable[[Ref], object], depth: int = 0) -> Any:
    """Return the value that `encode` was given, references through `resolve`; raises WireError for anything else."""
    if depth > MAX_DEPTH:
        raise WireError(f"a value may be nested {MAX_DEPTH} deep; this one is deeper")
    kind = type(data)
    if kind in _PLAIN or kind is float or (kind is int and _LEAST <= data <= _MOST):
        return data
    if kind is str and len(data) <= MAX_TEXT:
        return data
    if kind is list:
        return [item if type(item) is float else decode(item, resolve, depth + 1) for item in data]
    if kind is str:
        raise _too_long(data)
    if kind is int:
        raise WireError("an int travels if it fits into 64 bits, this one does not")
    if kind is not dict or len(data) != 1:
        raise WireError("a value has no form that the protocol knows")
    match next(iter(data.items())):
        case "a", [str(dtype), [*shape], str(text)]:
            return _array(dtype, shape, text)
        case "t", [*items]:
            return tuple(decode(item, resolve, depth + 1) for item in items)
        case "d", [*pairs]:
            _few_enough(pairs)
            return dict(_pair(pair, resolve, depth + 1) for pair in pairs)
        case "c", [int(number), str(name), bool(calls)] if type(number) is int:
            return resolve(CallbackRef(number, name, calls))
        case "c", [int(number), str(name), bool(calls), [*methods]] if type(number) is int:
            return resolve(CallbackRef(number, name, calls, tuple(methods)))
        case "h", [int(number), str(name)] if type(number) is int:
            return resolve(HandleRef(number, name))
        case "h", [int(number), str(name), [*told]] if type(number) is int:
            return resolve(HandleRef(number, name, told))
        case "n", [str(dtype), str(text)]:
            return _array(dtype, [], text)[()]
        case "f", str(name) if name in _REAL:
            return _REAL[name]
        case "b", str(text):
            return _bytes(text)
        case "e", [int(number), [*args], {} as kwargs] if type(number) is int:
            return resolve(CallRef(number, args, kwargs))
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
        text = line.decode("utf-8")
        message, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise WireError("a line is not a message of the protocol") from error
    if text[end:].strip(" \t\r\n"):
        raise WireError("a line is one message of the protocol, this one holds more")
    if not isinstance(message, dict):
        raise WireError("a message is a JSON object, this line holds something else")
    return message


def held(line: bytes) -> int:
    """Return how many bytes of memory what a line holds may take at most, whatever it is."""
    return _A_LINE + _A_BYTE * len(line) + _AN_ITEM * _items(line)


# One wide character makes four bytes of each in its text; a handle, which takes most, is three items.
_A_LINE, _A_BYTE, _AN_ITEM = 200, 4, 140


def _within_limits(line: bytes) -> None:
    """Counted before parsing: 64 MB of brackets would become gigabytes of lists."""
    if len(line) <= MAX_ITEMS:
        return
    if len(line) > MAX_BYTES:
        raise WireError(f"a message may have {MAX_BYTES} bytes, this one has {len(line)}")
    items = _items(line)
    if items > MAX_ITEMS:
        raise WireError(f"a message may hold {MAX_ITEMS} items, this one holds about {items}; send arrays as arrays")


def _items(line: bytes) -> int:
    return line.count(b",") + line.count(b"[") + line.count(b"{")


def _too_long(text: str) -> WireError:
    return WireError(f"a text may have {MAX_TEXT} characters, this one has {len(text)}")


def _few_enough(pairs: Sized) -> None:
    if len(pairs) > MAX_PAIRS:
        raise WireError(f"a dict may have {MAX_PAIRS} entries, this one has {len(pairs)}; send columns as arrays")


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


@lru_cache(maxsize=64)
def _travels(dtype: np.dtype[Any]) -> bool:
    return _DTYPE.fullmatch(dtype.str) is not None


@lru_cache(maxsize=64)
def _named(dtype: str) -> np.dtype[Any]:
    if not _DTYPE.fullmatch(dtype):
        raise WireError("an array is of bool, int, uint or float, this one is of something else")
    try:
        return np.dtype(dtype)
    except TypeError as error:
        raise WireError("an array has a dtype of numpy's, this one has none") from error


def _numeric(value: np.ndarray[Any, Any], tag: str) -> dict[str, list[Any]]:
    if value.nbytes > MAX_BYTES // 2:
        raise WireError(f"an array may hold {MAX_BYTES // 2} bytes, this one holds {value.nbytes}")
    if math.prod(max(1, n) for n in value.shape) > MAX_CELLS:
        raise WireError(f"an array of shape {value.shape} is too long; {MAX_CELLS} cells may be sent")
    data = _text(value.tobytes())
    return {tag: [value.dtype.str, list(value.shape), data]} if tag == "a" else {tag: [value.dtype.str, data]}


def _array(dtype: str, shape: list[Any], text: str) -> np.ndarray[Any, Any]:
    kind, cells = _named(dtype), 1
    for n in shape:
        if type(n) is not int or n < 0:
            raise WireError("a shape is made of lengths, this one is not")
        cells *= n or 1
        if cells > MAX_CELLS:
            raise WireError(f"an array may have {MAX_CELLS} cells, where a length of 0 counts as 1; this one has more")
    data = _bytes(text)
    if kind.kind == "b" and data.strip(b"\0\1"):
        raise WireError("a bool is a byte 0 or 1, this one is another")
    try:
        found = np.frombuffer(data, dtype=kind)
        return (found if shape == [len(found)] else found.reshape(shape)).copy()
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
