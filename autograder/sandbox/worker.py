"""The half of the grader that runs beside a student's package, inside the sandbox. It imports the package when first
asked, does one operation a request on an object of the package, and hands the student's code stand-ins for the clocks
and models that a test passes in: each use of one is a message to the trusted process and waits for its answer there.
Nothing here decides anything: a student may change all of it and would change only the student's own answers."""

from __future__ import annotations

import builtins
import importlib
import os
import resource
import threading
from typing import Any, BinaryIO

from autograder.sandbox.lasting import lasting
from autograder.sandbox.operations import OPERATIONS
from autograder.sandbox.wire import MAX_TOLD, CallbackRef, CallRef, HandleRef, Ref, decode, dumps, encode, loads

PACKAGE = "tinytorch.benchmarking"
MAX_TEXT = 300


class Stand:
    """Stands for an object of the trusted process; its attributes are asked for there, the objects it holds once, and
    its methods not at all."""

    def __init__(self, link: Link, ref: CallbackRef) -> None:
        self._link, self._ref = link, CallbackRef(ref.id, ref.name, ref.calls)
        methods = [CallbackRef(ref.id, name, True) for name in ref.methods]
        self._held: dict[str, Any] = {method.name: CallableStand(link, method) for method in methods}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._held:
            found = self._link.ask("attribute", self._ref, [name], {})
            if not isinstance(found, Stand):
                return found
            self._held[name] = found
        return self._held[name]

    def __copy__(self) -> Stand:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Stand:
        return self  # there is one trusted object, and copying its stand makes no second one


class CallableStand(Stand):
    """A stand for what can be called: a scripted model, a function, a method of a clock."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not (args or kwargs) and (told := self._link.now.get((self._ref.id, self._ref.name))) is not None:
            return told
        return self._link.ask("call", self._ref, list(args), kwargs)


class Link:
    """The worker's end of the pipes: its objects by number, and one conversation at a time."""

    def __init__(self, requests: BinaryIO, replies: int) -> None:
        self._requests, self._replies = requests, replies
        self.now: dict[tuple[int, str], int] = {}  # what the other side told without being asked
        self._lock = threading.RLock()  # a student's threads take turns
        self._objects: dict[int, Any] = {}
        self._stands: dict[CallbackRef, Stand] = {}
        self._named: set[int] = set()  # what the package holds by name stays known from test to test
        self._count, self._telling = 0, 0
        self._package: Any = None
        self._failure: BaseException | None = None

    def serve(self) -> None:
        """Answer requests until the trusted process closes the pipe."""
        while line := self._requests.readline():
            self._answer(self._heard(line))

    def ask(self, what: str, ref: CallbackRef, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Use an object of the trusted process; requests that come before its answer are nested calls."""
        with self._lock:
            sent = {"args": self._encode(args), "kwargs": self._encode(kwargs)}
            self.say({"ask": what, "id": ref.id, "name": ref.name, **sent})
            while True:
                message = self._heard(self._requests.readline() or b"{}")
                if "request" in message:
                    self._answer(message)
                elif "error" in message:
                    raise self._raised(*message["error"])
                elif "value" in message:
                    return self._decode(message["value"])
                else:
                    os._exit(0)  # the trusted process has gone

    def _heard(self, line: bytes) -> dict[str, Any]:
        message = loads(line)
        self.now = {(number, name): value for number, name, value in message.get("now", ())}
        return message

    def say(self, message: dict[str, Any]) -> None:
        """Write one message, whole."""
        line = memoryview(dumps(message))
        while line:
            line = line[os.write(self._replies, line) :]

    def _answer(self, message: dict[str, Any]) -> None:
        number = message["request"]
        if message.get("fresh"):
            self._objects = {number: self._objects[number] for number in self._named}
            self._stands.clear()
        try:
            count = self._count
            value = self._encode(self._do(message["do"], message["on"], message["args"], message["kwargs"]))
            if message["on"] is None:
                self._named.update(range(count + 1, self._count + 1))
            self.say({"reply": number, "value": value})
        except BaseException as error:  # noqa: BLE001 - whatever a student's code raises is its answer
            self.say({"reply": number, "error": self._described(error)})

    def _do(self, operation: str, on: int | None, args: Any, kwargs: Any) -> Any:
        target = self._public() if on is None else self._objects[on]
        words, named = self._decode(args), self._decode(kwargs)
        if operation == "tries":
            return [self._tried(*call) for call in words]
        return OPERATIONS[operation](target, *words, **named)

    def _tried(self, target: Any, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        """What one of several calls returned or raised; the next one is made all the same."""
        try:
            return {"value": OPERATIONS["call"](target, *args, **kwargs)}
        except BaseException as error:  # noqa: BLE001 - whatever a student's code raises is its answer
            return {"error": self._described(error)}

    def _public(self) -> Any:
        """The student's package; a failure to import it is kept, and raised again without another try."""
        if self._failure is not None:
            raise self._failure
        if self._package is None:
            try:
                self._package = importlib.import_module(PACKAGE)
            except BaseException as error:
                self._failure = error
                raise
        return self._package

    def _encode(self, value: Any) -> Any:
        return encode(value, self._refer)

    def _decode(self, data: Any) -> Any:
        return decode(data, self._resolve)

    def _refer(self, value: Any) -> HandleRef | CallbackRef:
        if isinstance(value, Stand):
            return value._ref
        self._count += 1
        self._objects[number := self._count] = value
        return HandleRef(number, type(value).__name__[:MAX_TEXT], self._told(value))

    def _told(self, value: Any) -> list[list[Any]]:
        """What is told with an object, and with the objects that are told with it, for a few steps."""
        if self._telling == MAX_TOLD:
            return []
        self._telling += 1
        try:
            return [[name, self._encode(held)] for name, held in lasting(value)]
        finally:
            self._telling -= 1

    def _resolve(self, ref: Ref) -> Any:
        if isinstance(ref, HandleRef):
            return self._objects[ref.id]
        if isinstance(ref, CallRef):
            return OPERATIONS["call"](self._objects[ref.id], *self._decode(ref.args), **self._decode(ref.kwargs))
        if ref not in self._stands:
            self._stands[ref] = (CallableStand if ref.calls else Stand)(self, ref)
        return self._stands[ref]

    def _described(self, error: BaseException) -> dict[str, Any]:
        try:
            text = str(error)[:MAX_TEXT]
        except BaseException:  # noqa: BLE001 - a student's exception may not even have a text
            text = ""
        kinds = [kind.__name__ for kind in type(error).__mro__ if issubclass(kind, BaseException)]
        handle = self._refer(error)
        return {"kinds": kinds[:20], "message": text, "where": _place(error), "object": handle.id}

    def _raised(self, kind: str, message: str, handle: int | None) -> BaseException:
        """The exception that a trusted object raised: the student's own one if it came from there, else by name."""
        if handle is not None and isinstance(self._objects.get(handle), BaseException):
            own: BaseException = self._objects[handle]
            return own
        named = getattr(builtins, kind, None)
        if isinstance(named, type) and issubclass(named, Exception):
            return named(message)
        return RuntimeError(f"{kind}: {message}")


def _place(error: BaseException) -> str:
    """Where in the package it was raised: 'line 3 of percentile', or nothing.

    Nobody counts lines from the start of an inner function, so for one of those it is the line that called it.
    """
    folder, place, trace = f"/{PACKAGE.replace('.', '/')}/", "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if folder in code.co_filename and "<" not in code.co_qualname:
            place = f"line {trace.tb_lineno - code.co_firstlineno + 1} of {code.co_qualname}"
        trace = trace.tb_next
    return place


def main(limits: dict[str, Any]) -> None:
    """Take the pipes for the protocol alone, lower the limits, say that all is ready, and serve."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    # A second more before the kernel's SIGKILL, which otherwise means that somebody else ended it.
    _limit("RLIMIT_CPU", limits["cpu_s"], limits["cpu_s"] + 1)
    _limit("RLIMIT_AS", limits["memory_bytes"])
    _limit("RLIMIT_NPROC", limits["processes"])
    _limit("RLIMIT_FSIZE", limits["file_bytes"])
    _limit("RLIMIT_NOFILE", limits["open_files"])
    _limit("RLIMIT_CORE", 0)
    link = Link(requests, replies)
    link.say({"ready": True})
    link.serve()


def _limit(name: str, soft: int, hard: int | None = None) -> None:
    """Set a limit of this process; one that the caller set lower for all that it starts stays."""
    kind = getattr(resource, name)
    most = resource.getrlimit(kind)[1]
    values = (soft, soft if hard is None else hard)
    resource.setrlimit(kind, values if most == resource.RLIM_INFINITY else (min(values[0], most), min(values[1], most)))
