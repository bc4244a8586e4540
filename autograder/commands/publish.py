"""`autograder publish`: the students' repository, made from this checkout and written to a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commandline import AddCommand
from autograder.hand_in import told
from autograder.links import GITHUB, Links, read_links
from autograder.reading.places import LESSON, RELEASE, ROOT


def add_publish(add: AddCommand) -> None:
    """Add the command."""
    publish = add(
        "publish",
        "write the students' repository, checked to give nothing away",
        "autograder publish --to ../students --repo course-org/benchmarking --ref main "
        '--hand-in https://hand-in.example.edu --due 2026-12-20T23:00+01:00 --name "Measuring ML systems"',
        "0 written or up to date, 1 refused with nothing written (something secret would be published, the release is "
        "not the lesson's, or DIR holds what is not ours), 2 wrong arguments",
    )
    publish.description = (
        f"{publish.description} The released notebook, tinytorch without the reference, and what Binder, Colab and pip "
        "need, with working links to ORG/NAME. DIR is empty, a fresh clone, or an earlier publication, which is "
        "brought up to date; the same command again changes nothing. Commit and push it yourself."
    )
    publish.add_argument("--to", type=Path, required=True, metavar="DIR", help="where it is written")
    publish.add_argument(
        "--repo",
        metavar="ORG/NAME",
        help="where students will find it (default: pyproject.toml, [tool.tinytorch.course])",
    )
    publish.add_argument(
        "--ref", metavar="REF", help="the branch or tag that students open (default: as for --repo, else main)"
    )
    publish.add_argument(
        "--host",
        default=GITHUB,
        metavar="URL",
        help="another host than %(default)s, for GitHub Enterprise, without links to Binder and Colab",
    )
    publish.add_argument(
        "--hand-in", metavar="URL", help="the course's mailbox: https://... (default of these four: as for --repo)"
    )
    publish.add_argument(
        "--due", metavar="TIME", help="the deadline with its offset from UTC, such as 2026-12-20T23:00+01:00"
    )
    publish.add_argument("--name", metavar="TEXT", help="what the course is called")
    publish.add_argument(
        "--where", metavar="TEXT", help='without a mailbox: where students bring the file, such as "Moodle, week 7"'
    )
    publish.add_argument("--lesson", type=Path, default=LESSON, metavar="FILE", help="the lesson with solutions")
    publish.add_argument("--release", type=Path, default=RELEASE, metavar="FILE", help="the notebook that was released")
    publish.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the students' repository and say what changed."""
    from autograder.publishing.publish import publish

    links = read_links(ROOT)
    hand_in = told(links.hand_in, options.hand_in, options.due, options.name, options.where)
    links = Links(options.repo or links.repository, options.ref or links.ref, options.host, hand_in)
    done = publish(options.to, links, lesson=options.lesson, released=options.release)
    for word, paths in (("wrote", done.wrote), ("removed", done.removed)):
        print("\n".join(f"{word} {path}" for path in paths), end="\n" if paths else "")
    print(f"{options.to}: {done.files} files for {links.repository} at {links.ref}, nothing secret found in them")
    return 0
