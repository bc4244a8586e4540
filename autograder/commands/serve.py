"""`autograder serve`: a course's mailbox, web side and grading, by one command."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commandline import STATUS, AddCommand, positive, say
from autograder.reading.places import RELEASE, SUITES

if TYPE_CHECKING:
    from autograder.mailbox.serving.worker import Grading

TIERS = ("namespaces", "bubblewrap", "container")
_DB = "postgresql+psycopg://USER@HOST/NAME where one machine is not enough (default: SQLite in COURSE/mailbox)"


def add_serve(add: AddCommand) -> None:
    """Add the command."""
    serve = add(
        "serve",
        "take in what students hand in, and grade it",
        'autograder serve course --name "Measuring ML systems" --due 2026-12-20T23:00+01:00 --roster roster.csv',
        f"{STATUS}, 3 no sandbox works here; it runs until it is stopped",
    )
    serve.add_argument("course", type=Path, metavar="COURSE", help="the course's folder, made where there is none")
    serve.add_argument("--name", metavar="TEXT", help="what the course is called on pages and receipts")
    serve.add_argument("--due", metavar="TIME", help="the deadline with its offset, 2026-12-20T23:00+01:00, or none")
    serve.add_argument(
        "--roster", type=Path, metavar="FILE", help="who is in the course: CSV with id, name, email, section"
    )
    serve.add_argument(
        "--show", metavar="WHEN", help="students see points 'at once', 'after the deadline', 'on release'"
    )
    serve.add_argument("--origins", metavar="URLS", help="pages of other sites that may hand in, such as the book's")
    serve.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="where it listens (default: 127.0.0.1)")
    serve.add_argument("--port", type=positive, default=8013, metavar="N", help="(default: 8013)")
    serve.add_argument("--db", metavar="URL", help=_DB)
    serve.add_argument("--processes", type=positive, default=1, metavar="N", help="of the web side (default: 1)")
    serve.add_argument("--jobs", type=positive, metavar="N", help="processes that grade (default: the usable cores)")
    serve.add_argument("--release", type=Path, default=RELEASE, metavar="FILE", help="the notebook that was released")
    serve.add_argument("--suites", type=Path, default=SUITES, metavar="DIR", help="the hidden suites")
    serve.add_argument("--scheduler", metavar="ADDRESS", help="judge on this scheduler's Dask cluster")
    serve.add_argument("--tier", choices=TIERS, help="use this sandbox and no other")
    serve.add_argument("--trust-submissions", action="store_true", help="no sandbox: only for your own code")
    serve.add_argument("--only", choices=("web", "worker"), help="one side alone, for several machines")
    serve.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the mailbox where there is none, set what was said, and serve."""
    from autograder.mailbox.beginning import begin

    grading = _grading(options)
    if options.only != "web":
        grading.check()
    told = begin(options.course, options.db, options.roster, _words(options))
    say(*told)
    return _serve(options, grading)


def _words(options: argparse.Namespace) -> dict[str, str]:
    said = {"course": options.name, "due": options.due, "show": options.show, "origins": options.origins}
    return {name: text for name, text in said.items() if text is not None}


def _grading(options: argparse.Namespace) -> Grading:
    from autograder.mailbox.serving.worker import Grading

    release, suites = options.release.resolve(), options.suites.resolve()
    return Grading(release, suites, options.jobs, options.tier, options.scheduler, options.trust_submissions)


def _serve(options: argparse.Namespace, grading: Grading) -> int:
    import os

    from autograder.mailbox.mailbox import URL_VARIABLE
    from autograder.mailbox.serving import child, web
    from autograder.mailbox.serving.watch import Kept, watch

    if options.db:
        os.environ[URL_VARIABLE] = options.db  # not in the list of processes
    child.begin()
    kept, course = [], options.course.resolve()
    if options.only != "worker":
        listening = web.listen(options.host, options.port)
        fds = {web.SOCKET: listening.fileno()}
        kept += [Kept("autograder.mailbox.serving.web", (str(course),), fds) for _ in range(options.processes)]
        say(f"Students hand in at http://{options.host}:{options.port}/, you look at /instructor there.")
    if options.only != "web":
        kept.append(Kept("autograder.mailbox.serving.worker", grading.words(course)))
    return watch(kept)
