"""Read a pickle of plain values and uint8 arrays without running it: a small interpreter instead of `pickle`.

Unpickling calls whatever functions a file names. This reader calls none and imports none: it knows the opcodes that
Python 2 wrote for dicts, lists, tuples, strings, integers and numpy arrays (protocol 2, as in CIFAR-10's batches),
takes the three names that stand for an array as mere marks, and refuses everything else.
"""

from __future__ import annotations

import pickletools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

_RECONSTRUCT = ("numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct")
_NDARRAY = "numpy ndarray"
_DTYPE = "numpy dtype"
_OPCODES = {opcode.code: opcode.name for opcode in pickletools.opcodes}
_MARK = object()
_UINT8 = object()


class PickleRefused(ValueError):  # noqa: N818  the name says what happened
    """The pickle asks for something other than plain values and uint8 arrays, or is damaged."""


@dataclass(frozen=True)
class _Name:
    """A function or class that the pickle names; never looked up."""

    text: str


@dataclass
class PickledArray:
    """Where an array stands in the values read; `values` is set once the pickle has given its bytes."""

    values: npt.NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, dtype=np.uint8))


def read_pickle(raw: bytes) -> Any:
    """Return the value pickled in `raw`: Python 2 strings as bytes, arrays as PickledArray.

    Raises PickleRefused for any other opcode, name or dtype, and for damaged pickles.
    """
    machine = _Machine(raw)
    try:
        return machine.run()
    except PickleRefused:
        raise
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise PickleRefused(f"the pickle is damaged: {error}") from error


class _Machine:
    """The bytes still to come, and the stack and memo that opcodes work on."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.position = 0
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self) -> Any:
        while (opcode := self.opcode()) != "STOP":
            self.step(opcode)
        return self.pop()

    def opcode(self) -> str:
        code = self.take(1).decode("latin-1")
        return _OPCODES.get(code, f"the unknown opcode {code!r}")

    def take(self, length: int) -> bytes:
        start, self.position = self.position, self.position + length
        if length < 0 or self.position > len(self.raw):
            raise PickleRefused("the pickle is damaged: it ends too early")
        return self.raw[start : self.position]

    def number(self, size: int, *, signed: bool = False) -> int:
        return int.from_bytes(self.take(size), "little", signed=signed)

    def line(self) -> str:
        return self.take(self.raw.index(b"\n", self.position) + 1 - self.position)[:-1].decode("ascii")

    def pop(self) -> Any:
        value = self.stack.pop()
        if value is _MARK:
            raise PickleRefused("the pickle is damaged: a mark stands where a value should")
        return value

    def pop_to_mark(self) -> list[Any]:
        values: list[Any] = []
        while (value := self.stack.pop()) is not _MARK:
            values.append(value)
        return values[::-1]

    def step(self, opcode: str) -> None:
        match opcode:
            case "PROTO":
                self.take(1)
            case "BININT" | "BININT1" | "BININT2":
                size = {"BININT": 4, "BININT1": 1, "BININT2": 2}[opcode]
                self.stack.append(self.number(size, signed=size == 4))
            case "SHORT_BINSTRING" | "BINSTRING":
                self.stack.append(
                    self.take(self.number(1) if opcode == "SHORT_BINSTRING" else self.number(4, signed=True))
                )
            case "BINUNICODE":
                self.stack.append(self.take(self.number(4)).decode("utf-8", "surrogatepass"))
            case "NONE" | "NEWTRUE" | "NEWFALSE":
                self.stack.append({"NONE": None, "NEWTRUE": True, "NEWFALSE": False}[opcode])
            case "EMPTY_LIST" | "EMPTY_DICT" | "EMPTY_TUPLE":
                self.stack.append({"EMPTY_LIST": list, "EMPTY_DICT": dict, "EMPTY_TUPLE": tuple}[opcode]())
            case "MARK":
                self.stack.append(_MARK)
            case "BINPUT" | "LONG_BINPUT":
                self.memo[self.number(1 if opcode == "BINPUT" else 4)] = self.stack[-1]
            case "BINGET" | "LONG_BINGET":
                self.stack.append(self.memo[self.number(1 if opcode == "BINGET" else 4)])
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                self.stack.append(tuple([self.pop() for _ in range(int(opcode[-1]))][::-1]))
            case "TUPLE":
                self.stack.append(tuple(self.pop_to_mark()))
            case "APPEND" | "APPENDS":
                values = [self.pop()] if opcode == "APPEND" else self.pop_to_mark()
                _container(self.stack[-1], list).extend(values)
            case "SETITEM" | "SETITEMS":
                pairs = [self.pop(), self.pop()][::-1] if opcode == "SETITEM" else self.pop_to_mark()
                _container(self.stack[-1], dict).update(zip(_keys(pairs[::2]), pairs[1::2], strict=True))
            case "GLOBAL":
                self.stack.append(_known(f"{self.line()} {self.line()}"))
            case "REDUCE":
                arguments = self.pop()
                self.stack.append(_called(self.pop(), arguments))
            case "BUILD":
                state = self.pop()
                _build(self.stack[-1], state)
            case _:
                raise PickleRefused(f"the pickle uses {opcode}, which data like this does not need")


def _container(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise PickleRefused(f"the pickle is damaged: items are put into a {type(value).__name__}")
    return value


def _keys(keys: list[Any]) -> list[Any]:
    # A tuple of tuples that share their parts is small in the file and takes ages to hash.
    if not all(isinstance(key, bytes | str | int) for key in keys):
        raise PickleRefused("the pickle holds a dict whose keys are not strings or whole numbers")
    return keys


def _known(name: str) -> _Name:
    if name not in (*_RECONSTRUCT, _NDARRAY, _DTYPE):
        raise PickleRefused(f"the pickle names {name.replace(' ', '.')!r}; a data file has no reason to")
    return _Name(name)


def _called(name: Any, arguments: Any) -> object:
    """Return the mark for what calling `name` would make, if the call is one that pickling an array writes."""
    if not isinstance(name, _Name) or not isinstance(arguments, tuple) or not arguments:
        raise PickleRefused("the pickle calls something that is not an array's own constructor")
    if name.text in _RECONSTRUCT and arguments[0] == _Name(_NDARRAY):
        return PickledArray()
    if name.text == _DTYPE and arguments[0] in ("u1", b"u1"):
        return _UINT8
    raise PickleRefused(f"the pickle calls {name.text.replace(' ', '.')} for something other than an array of uint8")


def _build(target: Any, state: Any) -> None:
    if target is _UINT8:
        return
    if not isinstance(target, PickledArray) or not isinstance(state, tuple) or len(state) != 5:
        raise PickleRefused("the pickle sets the state of something that is not an array")
    _, shape, dtype, column_order, raw = state
    if dtype is not _UINT8 or column_order or not isinstance(raw, bytes):
        raise PickleRefused("the pickle holds an array that is not uint8 in row order")
    if any(not isinstance(length, int) or length < 0 for length in shape):
        raise PickleRefused("the pickle holds an array whose shape is not made of lengths")
    target.values = np.frombuffer(raw, dtype=np.uint8).reshape(shape)
