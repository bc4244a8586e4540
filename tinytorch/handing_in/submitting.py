"""Handing a notebook in, from "is it saved?" to the receipt. Every step that can fail comes before the file is sent."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tinytorch.checking.hand_in import HandIn, moment, parsed
from tinytorch.checking.outline import load_course
from tinytorch.handing_in import keys
from tinytorch.handing_in.asking import ask_code, ask_to_save, plain_code
from tinytorch.handing_in.contents import contents, differing, is_ours, label
from tinytorch.handing_in.errors import HandInError, NoAnswerError, RefusedError, StoppedError
from tinytorch.handing_in.mailbox import Course, Mailbox
from tinytorch.handing_in.place import forgets, place
from tinytorch.handing_in.receipt import HandedIn, keep_receipt
from tinytorch.handing_in.work import (
    JUST_NOW_S,
    Work,
    find,
    from_colab,
    from_file,
    session_file,
    to_save,
    unsaved,
    what_ran,
)

DEFAULT = "benchmarking_dev.ipynb"


def hand_in(box: Mailbox, work: Work, code: str | None) -> HandedIn:
    """Send a notebook and return what the mailbox said. Raises HandInError, with nothing lost."""
    course = box.course()
    say(_what_goes(work, course))
    if len(work.data) > course.max_bytes:
        raise HandInError(
            f"{work.name} has {_size(len(work.data))}, and the mailbox takes {_size(course.max_bytes)}: clear its "
            "outputs (Edit, then Clear All Outputs), save, and hand in again"
        )
    if is_past(course.due):
        say(f"The deadline was {moment(course.due)}; what you hand in now is marked late unless you have more time.")
    remarks = sign_in(box, course, code)
    with told_if_stopped():
        try:
            signed, again = box.hand_in(course.assignment, work.name, work.data)
        except RefusedError as error:
            if error.status != 401 or code is not None:
                raise
            keys.forget(box.address)
            box.key = None
            say("Your key is no longer valid: it has expired, or the course has revoked it.")
            remarks = sign_in(box, course, None)
            signed, again = box.hand_in(course.assignment, work.name, work.data)
    _compare(signed["receipt"], work)
    kept, remark = keep_receipt(signed, work.path.parent if work.path else Path.cwd())
    return HandedIn(signed, again, kept, [each for each in (*remarks, remark, forgets()) if each])


def sign_in(box: Mailbox, course: Course, code: str | None) -> list[str]:
    """See that the mailbox has a key, by exchanging a code where none is kept; return remarks about keeping it."""
    held = keys.kept(box.address)  # before a code is used up: a file of keys that cannot be read is told first
    box.key = held if code is None else None
    if box.key is not None:
        return []
    given = plain_code(code) if code is not None else ask_code(course.name, urlsplit(box.address).netloc)
    box.key = box.exchange(given)
    say(f"You are {box.key.name or box.key.student}.")
    remark = keys.keep(box.address, box.key)
    return [remark] if remark else []


def this_notebook(assignment_notebook: str = DEFAULT) -> Work:
    """Return the notebook that this code runs in, saved as far as anyone can tell. Raises HandInError."""
    if place() == "colab":
        return from_colab(assignment_notebook)
    course, ran = load_course(), what_ran()
    work = find(Path.cwd(), course, ran, session_file())
    why = unsaved(work, ran, course)
    if not why:
        return work
    ask_to_save(why, to_save())
    again = from_file(work.path) if work.path else work
    behind = differing(ran, again.cells, course)
    if behind and again.saved <= work.saved and again.age_s > JUST_NOW_S:
        raise HandInError(
            f"{work.name} is still not saved: {to_save()}, then run this cell again; nothing was handed in"
        )
    if behind:
        say(f"Note: {', '.join(map(label, behind))} is sent as it was saved, which is not as it was run last.")
    return again


def where_to_bring_it(published: HandIn) -> str:
    """Say where a course without a mailbox takes work in, in its own words where it published any."""
    course = published.course or "your course"
    return f"Bring it to {published.where or f'where {course} says'}{published.by}."


def is_past(due: str) -> bool:
    """Say whether a time, in ISO 8601, is over by this machine's clock; the mailbox's own decides."""
    return bool(due) and parsed(due).timestamp() < time.time()


def say(text: str) -> None:
    """Show a sentence before what may take a while; in a terminal beside the result, which a script may read."""
    shown = sys.stderr if place() == "terminal" else sys.stdout
    shown.write(f"{text}\n")
    shown.flush()


@contextmanager
def told_if_stopped() -> Iterator[None]:
    """Say of an interrupt, and of a connection that broke, that the same file may be sent again."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise StoppedError(
            "stopped while it was sent: whether it arrived is not known; hand in again, the same file is counted once"
        ) from error
    except NoAnswerError as error:
        raise NoAnswerError(
            f"{error}; whether the notebook arrived is not known: hand in again later, the same file is counted once"
        ) from error


def _what_goes(work: Work, course: Course) -> str:
    outline = load_course()
    if not is_ours(work.cells, outline):
        raise HandInError(f"{work.name} holds no exercise of {course.name}; name the notebook that you worked in")
    return f"{work.name}: {contents(work.cells, outline)}."


def _compare(receipt: dict[str, object], work: Work) -> None:
    if receipt["sha256"] != hashlib.sha256(work.data).hexdigest():
        raise HandInError(
            f"receipt {receipt['number']} is for another content than was sent; hand in again and tell your course"
        )


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB"
