"""The hidden suites of a folder, read by pytest once and run again for each submission: reading them and pytest's own
rounds about each test took most of the time of a verdict. Knows nothing of sandboxes, messages or points.

A suite may keep nothing in its module from one test to the next, and has pytest's fixtures but none of its hooks."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import sys
import warnings
from collections.abc import Callable, Container, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from autograder.examining.deadline import Deadline, in_time, uninterrupted
from autograder.examining.plain import plain_call

# They would write into the suites' folder, or stay behind in this process.
_UNWANTED = ("cacheprovider", "faulthandler", "threadexception", "unraisableexception", "logging", "warnings")
ASKED = re.compile(r"\bstudent\.([A-Za-z]\w*)")  # how a suite asks for something of the package
_EXERCISE = pytest.StashKey[tuple[str, float]]()
Ran = Callable[[pytest.Item, BaseException | None], bool]


class SuiteError(RuntimeError):
    """The hidden suites themselves are at fault, so no verdict is possible; the text is for the instructor."""


class Given:
    """What tests ask for: `student` and `seed`, set before each run."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.items: list[pytest.Item] = []
        self.stopped: BaseException | None = None

    @pytest.fixture
    def student(self) -> Any:
        """The package of the submission."""
        return self.values["student"]

    @pytest.fixture
    def seed(self) -> int:
        """The number that this grading run drew."""
        return int(self.values["seed"])

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the mark known."""
        config.addinivalue_line("markers", "exercise(name, points): the exercise that a hidden test is about")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Refuse a test that belongs to no exercise before any runs."""
        for item in items:
            item.stash[_EXERCISE] = _marked(item)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A suite that cannot be read is at fault itself."""
        if report.failed:
            self._stop(SuiteError(f"suite error in {report.nodeid}: {str(report.longrepr)[-800:]}"))

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """A hook failed, ours or pytest's."""
        self._stop(SuiteError(f"suite error: {excinfo.exconly()[-800:]}"))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """pytest would take it for the end of the run; it is meant for the caller."""
        self._stop(excinfo.value)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Keep the tests instead of running them."""
        self.items = session.items
        return True

    def _stop(self, error: BaseException) -> None:
        self.stopped = self.stopped or error


class Collected:
    """The tests of one folder, as pytest found them."""

    def __init__(self, suites: Path) -> None:
        """Read the suites; raises SuiteError."""
        self._given, said = Given(), io.StringIO()
        words = [str(suites), f"--rootdir={suites}", "-c", os.devnull, "--import-mode=importlib", "--assert=plain"]
        words += ["-s", "--disable-plugin-autoload", "--strict-markers", "--tb=short", "--no-summary", "-q"]
        words += [word for name in _UNWANTED for word in ("-p", f"no:{name}")]
        with _apart(suites), _quiet(said):
            code = pytest.main(words, plugins=[self._given])
        if self._given.stopped is not None:
            raise self._given.stopped
        if code != pytest.ExitCode.OK:
            raise SuiteError(f"suite error: pytest ended with {pytest.ExitCode(code).name}: {said.getvalue()[-800:]}")
        self.items = tuple(self._given.items)
        self._calls = [plain_call(item) for item in self.items]
        self.exercises = frozenset(exercise_of(item)[0] for item in self.items)
        texts = [path.read_text(encoding="utf-8") for path in sorted(suites.rglob("*.py"))]
        self.names = tuple(sorted({name for text in texts for name in ASKED.findall(text)}))

    def run(
        self,
        student: object,
        seed: int,
        deadline: Deadline,
        begin: Callable[[], None],
        ran: Ran,
        only: Container[str] | None = None,
    ) -> None:
        """Run each test, of these suites only where they are named: `begin()` before it, `ran(test, its first exception
        or None)` after it, which says whether to go on. Output goes nowhere; an interrupt passes through. A test that
        is not over in time, and each that follows, ends with OverrunError."""
        self._given.values = {"student": student, "seed": seed}
        chosen = [i for i, item in enumerate(self.items) if only is None or suite_of(item) in only]
        items, calls = [self.items[i] for i in chosen], [self._calls[i] for i in chosen]
        try:
            with _quiet(io.StringIO()), uninterrupted(), deadline.watched():
                for item, call, following in zip(items, calls, [*items[1:], None], strict=True):
                    begin()
                    whole = partial(_raised, call) if call else partial(_exception, item, following)
                    if not ran(item, in_time(deadline, whole)):
                        break
        finally:
            self._given.values = {}
            self.items[0].session._setupstate.teardown_exact(None)


def _raised(call: Callable[[], object]) -> BaseException | None:
    try:
        call()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - pytest's own outcomes are no Exceptions
        return error
    return None


def _exception(item: pytest.Item, following: pytest.Item | None) -> BaseException | None:
    """Set up, run and tear down one test, as far as the following one does not need it; return the first exception."""
    state, found = item.session._setupstate, None
    if isinstance(item, pytest.Function):
        item._initrequest()  # its fixtures' values are those of the submission before
    try:
        state.setup(item)
        item.runtest()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - pytest's own outcomes are no Exceptions
        found = error
    try:
        state.teardown_exact(following)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - as above
        found = found or error
    return found


def exercise_of(item: pytest.Item) -> tuple[str, float]:
    """Return (exercise, points) of a hidden test that was collected."""
    return item.stash[_EXERCISE]


def suite_of(item: pytest.Item) -> str:
    """Return the file that a hidden test stands in, relative to the suites' folder."""
    return item.nodeid.partition("::")[0]


def _marked(item: pytest.Item) -> tuple[str, float]:
    mark = item.get_closest_marker("exercise")
    named: Mapping[str, float] = mark.kwargs if mark else {}
    if mark is None or len(mark.args) != 1 or set(named) != {"points"} or not named["points"] > 0:
        raise pytest.UsageError(f'{item.nodeid} needs a mark like @pytest.mark.exercise("percentile", points=1)')
    return str(mark.args[0]), float(named["points"])


_kept: dict[str, Collected] = {}


def collected(suites: Path) -> Collected:
    """Return the tests of a folder, read anew where a file of it has changed. Raises SuiteError."""
    found = hashlib.sha256(str(suites).encode())
    for path in sorted(suites.rglob("*.py")):
        found.update(f"\0{path.relative_to(suites)}\0".encode() + path.read_bytes())
    name = found.hexdigest()
    if name not in _kept:
        _kept.clear()
        _kept[name] = Collected(suites)
    return _kept[name]


@contextlib.contextmanager
def _quiet(said: io.StringIO) -> Iterator[None]:
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _apart(suites: Path) -> Iterator[None]:
    """Keep a pytest that may be running us out, its options and its rewriting of assertions."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PYTEST_")}
    finders = sys.meta_path[:]
    sys.meta_path[:] = [finder for finder in finders if not type(finder).__module__.startswith("_pytest")]
    try:
        yield
    finally:
        sys.meta_path[:] = finders
        os.environ.update(kept)
        for name, module in list(sys.modules.items()):
            if (getattr(module, "__file__", None) or "").startswith(f"{suites}{os.sep}"):
                del sys.modules[name]
