"""One submission's conversation with its process: requests, deadlines, restarts. What comes back is what the codec
made, or a handle. Knows nothing of points or suites. Every wait ends: a call has its time, callbacks within a call
share it, and the whole submission has its own."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from autograder.examining.budget import Budget
from autograder.examining.callbacks import Callbacks, Raised
from autograder.examining.deadline import Deadline, uninterrupted
from autograder.examining.errors import NoAnswerError, StudentError
from autograder.examining.handles import Call, Handle, named, tidied
from autograder.sandbox import confinement
from autograder.sandbox.nursery import close_all
from autograder.sandbox.process import EndedError, TimeUpError, Worker
from autograder.sandbox.wire import (
    MAX_PAIRS,
    MAX_TOLD,
    CallbackRef,
    CallRef,
    HandleRef,
    Ref,
    WireError,
    decode,
    dumps,
    encode,
    loads,
)

MAX_STARTS = 20
_START_S = 60.0  # to start an interpreter with numpy on a busy machine
_IMPORT_CALLS = 3.0  # importing the package may take as long as so many calls
_PLACE = re.compile(r"line \d{1,6} of [\w.]{1,80}")


class Session:
    """The process of one submission: started when first needed, again after it was lost. A context manager.

    `answers` counts the answers of a test, `last` is the latest; `failure` says why the package cannot be imported,
    `slips` what went wrong in the test's own models and clocks, `lost` why the sandbox failed: after that an answer
    that is missing says nothing of the package.
    """

    def __init__(
        self,
        package: confinement.Package | Path,
        support: Path,
        limits: confinement.Limits,
        trust: bool = False,
        names: Sequence[str] = (),
        deadline: Deadline | None = None,
        exercises: Container[str] = (),
    ) -> None:
        """`names` are what will be asked for: the package's functions and classes come with the import. `deadline` is
        the submission's; without one its time begins with the first process. `exercises` are names that a test calls:
        plain data in the place of one is refused."""
        self.starts, self.answers, self.failure, self.lost = 0, 0, "", ""
        self.last: Any = None
        self._limits, self._source = limits, (package, support, limits, trust)
        self._callbacks = Callbacks()
        self._worker: Worker | None = None
        self._failed: NoAnswerError | None = None
        self._requests = itertools.count(1)
        self._depth, self._deadline, self._life = 0, 0.0, deadline
        self._named: dict[str, Handle] = {}
        self._names, self._exercises, self._fresh = tuple(names), exercises, False
        self._budget, self._telling = Budget(), 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def slips(self) -> list[str]:
        """What the objects that this test passed in raised by mistake."""
        return self._callbacks.slips

    @property
    def used_up(self) -> str:
        """Why there is no further answer."""
        return f"the {self._limits.wall_s:g} s of a submission are used up, or its process was lost too often"

    def begin(self) -> None:
        """Start a test: what the one before passed in or got is gone, on both sides."""
        self._callbacks.clear()
        if self._worker is not None and not self._worker.running:
            self.stop()  # it was lost between two tests; the next request starts another one
        self._budget.begin()
        self.answers, self.last, self._fresh = 0, None, True

    def stop(self) -> None:
        """End the process and all that it made."""
        worker, self._worker = self._worker, None
        if worker is not None:
            with uninterrupted():
                worker.close()

    def request(
        self,
        operation: str,
        on: Handle | None,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        result: type | None = None,
    ) -> Any:
        """Have one operation done on an object (None: the package) and return the answer, of exactly the type `result`.

        Raises StudentError for what the student's code raised, NoAnswerError where there is no answer, TypeError for
        arguments that cannot be sent, and SandboxLostError.
        """
        worker = self._running()
        number = None if on is None else self._refer(on)
        sent = {"args": encode(list(args), self._refer), "kwargs": encode(dict(kwargs or {}), self._refer)}
        message = {"do": operation, "on": number.id if isinstance(number, HandleRef) else None, **sent}
        value = self._exchange(worker, message, self._limits.call_s)
        if result is not None and type(value) is not result:
            self._lose("ProtocolError", "an answer is not what it should be")
        return value if on is None else self.noted(value)  # a name of the package is no answer yet

    def noted(self, value: object) -> Any:
        """Count an answer of this test, and return it."""
        self.answers, self.last = self.answers + 1, value
        return value

    def tried(self, calls: Sequence[Call]) -> list[Any]:
        """Return what each call returned, or the StudentError that it raised; all travel in one message.

        Raises NoAnswerError for one that is not written yet, else what `request` raises.
        """
        if not calls:
            return []
        asked = [[call.function, list(call.args), dict(call.kwargs)] for call in calls]
        found = self.request("tries", calls[0].function, asked, result=list)
        if len(found) != len(calls):
            self._lose("ProtocolError", "an answer is not what it should be")
        self.answers -= 1  # of the list
        return [self._one_of(answer) for answer in found]

    def _one_of(self, answer: Any) -> Any:
        try:
            match answer:
                case {"value": value, **rest} if not rest:
                    return self.noted(value)
                case {"error": {} as error, **rest} if not rest:
                    self._raise(error)
                case _:
                    raise WireError("of each call comes a value or an error")
        except StudentError as raised:
            self.noted(str(raised))
            return raised
        except WireError as error:
            self._lose("ProtocolError", f"what came back is no answer: {error}")

    def named(self, name: str) -> Any:
        """Return what the package calls `name`. A function or class is asked for once in the life of a process."""
        if self._worker is None and name in self._names:
            self._running()
        found = self._named.get(name)
        if found is not None and self._worker is not None and found._start == self.starts:
            return found
        value = self.request("attribute", None, [name])
        if name in self._exercises and not isinstance(value, Handle):
            what = "class" if name[:1].isupper() else "function"
            raise NoAnswerError("TypeError", f"{name} is a {type(value).__name__}, not a {what}")
        self._keep([(name, value)])
        return value

    def recall(self, answers: int, last: Any, slips: Iterable[str]) -> None:
        """Take note that this test looks at answers that an earlier one got."""
        self.answers, self.last = self.answers + answers, last
        self.slips.extend(slips)

    def _keep(self, found: Iterable[tuple[str, Any]]) -> None:
        for name, value in found:
            if isinstance(value, Handle) and value._ref.kind in ("function", "type"):
                self._named[name] = value

    def _running(self) -> Worker:
        """The process with the package imported; what cannot be imported is not tried again."""
        if self._failed is not None:
            raise NoAnswerError(self._failed.kind, self._failed.message, self._failed.where)
        if self._worker is not None:
            return self._worker
        if self.starts >= MAX_STARTS or self._time().over:
            self._lose("TimeoutError", self.used_up)
        self.starts += 1
        try:
            with uninterrupted():
                self._worker = worker = confinement.start(*self._source)
            ready = loads(worker.receive(time.monotonic() + _START_S))
        except (EndedError, TimeUpError, WireError) as error:
            self._fail(f"the sandbox does not start: {error}")
        except confinement.SandboxLostError as error:
            self._fail(str(error))
        assert ready == {"ready": True}
        try:
            asked: dict[str, Any] = {"do": "import", "on": None, "args": list(self._names), "kwargs": {"d": []}}
            found = self._exchange(worker, asked, _IMPORT_CALLS * self._limits.call_s)
            self._keep(zip(self._names, found if type(found) is list else (), strict=False))
        except (StudentError, NoAnswerError) as error:
            self._failed = NoAnswerError(error.kind, error.message, error.where)
            self.failure = str(error)
            self.stop()
            raise self._failed from None
        return worker

    def _exchange(self, worker: Worker, message: dict[str, Any], seconds: float) -> Any:
        number = next(self._requests)
        if self._fresh:
            message, self._fresh = {**message, "fresh": True}, False
        line = dumps({"request": number, **message, "now": self._callbacks.readings()})
        if self._depth == 0:
            self._deadline = min(time.monotonic() + seconds, self._time().end)
        self._depth += 1
        try:
            worker.send(line, self._deadline)
            return self._converse(worker, number)
        except TimeUpError:
            self._lose("TimeoutError", self.used_up if self._time().over else f"it took longer than {seconds:g} s")
        except EndedError as error:
            if error.outside:
                self._fail(f"a process of the sandbox was ended from outside: {error}")
            self._lose("ProcessEnded", str(error))
        except WireError as error:
            self._lose("ProtocolError", f"what came back is no answer: {error}")
        except StudentError as error:
            self.noted(str(error))
            raise
        except NoAnswerError as error:
            if error.handle is None:
                self.stop()
            raise
        except BaseException:
            self.stop()  # it waits for the answer to a callback, and there will be none
            raise
        finally:
            self._depth -= 1

    def _converse(self, worker: Worker, number: int) -> Any:
        """Wait for the reply to a request, and answer what the student's code asks on the way."""
        while True:
            line = worker.receive(self._deadline)
            self._budget.take(line)
            match loads(line):
                case {"ask": str(what), "id": int(shown), "name": str(name), "args": args, "kwargs": kwargs}:
                    worker.send(dumps(self._answer(what, shown, name, args, kwargs)), self._deadline)
                case {"reply": reply, "value": value} if reply == number:
                    return self._decode(value)
                case {"reply": reply, "error": {} as error} if reply == number:
                    self._raise(error)
                case _:
                    raise WireError("a message that the protocol does not have")

    def _answer(self, what: str, shown: int, name: str, args: Any, kwargs: Any) -> dict[str, Any]:
        words, named_words = self._decode(args), self._decode(kwargs)
        if not isinstance(words, list) or not isinstance(named_words, dict) or not all(map(_is_name, named_words)):
            raise WireError("arguments are a list and a dict by name")
        try:
            if what == "attribute" and len(words) == 1 and _is_name(words[0]):
                found = self._callbacks.attribute(shown, words[0])
            else:
                found = self._callbacks.call(shown, name, words, named_words)
        except Raised as error:
            return {"error": [error.kind, error.message, error.handle], "now": self._callbacks.readings()}
        value = encode(found, self._refer)
        return {"value": value, "now": self._callbacks.readings()}

    def _raise(self, error: Mapping[str, Any]) -> NoReturn:
        match error:
            case {"kinds": [str(kind), *bases], "message": str(message), "where": str(where), "object": int(number)}:
                kinds = [named(kind), *map(named, bases[:20])]
                place = where if _PLACE.fullmatch(where) else ""
                handle = Handle(self, HandleRef(number, kinds[0]))
                if "NotImplementedError" in kinds:
                    raise NoAnswerError("NotImplementedError", tidied(message), place, handle)
                raise StudentError(kinds[0], tidied(message), kinds, place, handle)
        raise WireError("an error without kind and message")

    def _lose(self, kind: str, message: str) -> NoReturn:
        self.stop()
        raise NoAnswerError(kind, message) from None

    def _fail(self, why: str) -> NoReturn:
        self.stop()
        close_all()  # what is warm may be ending too
        self.lost = self.lost or why
        raise confinement.SandboxLostError(self.lost) from None

    def _time(self) -> Deadline:
        if self._life is None:
            self._life = Deadline(self._limits.wall_s)
        return self._life

    def _decode(self, data: Any) -> Any:
        return decode(data, self._resolve)

    def _resolve(self, ref: Ref) -> object:
        if isinstance(ref, HandleRef):
            return Handle(self, HandleRef(ref.id, ref.kind), self._told(ref) if ref.told else {})
        if isinstance(ref, CallbackRef):
            return self._callbacks.find(ref)
        raise WireError("a call that nobody here makes")

    def _told(self, ref: HandleRef) -> dict[str, Any]:
        """What came with an object, by name; objects that came with it have what came with them."""
        pairs = [pair for pair in ref.told if type(pair) is list and len(pair) == 2 and _is_name(pair[0])]
        if self._telling > MAX_TOLD or len(pairs) != len(ref.told) or len(pairs) > MAX_PAIRS:
            raise WireError("what comes with an object are names and values, and such objects for a few steps")
        self._telling += 1
        try:
            return {name: self._decode(value) for name, value in pairs}
        finally:
            self._telling -= 1

    def _refer(self, value: object) -> Ref:
        if isinstance(value, CallbackRef):
            return value
        if isinstance(value, Call):
            function = self._refer(value.function)
            return CallRef(function.id, encode(list(value.args), self._refer), encode(dict(value.kwargs), self._refer))
        if not isinstance(value, Handle):
            return self._callbacks.show(value)
        if value._session is not self or value._start != self.starts:
            raise NoAnswerError("ProcessEnded", "the process that held this object has ended")
        return value._ref


def _is_name(value: object) -> bool:
    return type(value) is str and value.isidentifier()
