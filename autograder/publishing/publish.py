"""The students' repository, made from this checkout and written to a folder; refused where it gives anything away."""

from __future__ import annotations

import tempfile
from pathlib import Path

from autograder.links import Links
from autograder.publishing.contents import PublishError, contents
from autograder.publishing.folder import Target, Written
from autograder.publishing.leaks import Secrets
from autograder.publishing.release import release
from autograder.reading.lesson import load_lesson
from autograder.reading.places import ANSWERS, LESSON, RELEASE, ROOT, SUITES

_SHOWN = 5  # leaks that are told in full


def publish(folder: Path, links: Links, *, lesson: Path = LESSON, released: Path = RELEASE) -> Written:
    """Write the repository that `links` names to `folder` and return what changed.

    Raises PublishError where `released` is not what the lesson gives, where a file would give away a solution, a hidden
    test or an expected value, and where the folder is not ours to write to; LessonError or ExportError where the lesson
    cannot be read; OSError. Nothing is written then.
    """
    with tempfile.TemporaryDirectory() as fresh:
        if release(lesson, Path(fresh)).read_bytes() != released.read_bytes():
            raise PublishError(f"{released.name} is not what the lesson gives; run `autograder release` first")
    notebook = load_lesson(released)
    files = contents(ROOT, released, notebook, links)
    target = Target.look(folder, files)
    secrets = Secrets.of(load_lesson(lesson), notebook, SUITES, ANSWERS, ROOT)
    leaks = secrets.find({**files, **target.others})
    if leaks:
        told = [str(leak) for leak in leaks[:_SHOWN]]
        told += [f"and {len(leaks) - _SHOWN} more"] if len(leaks) > _SHOWN else []
        raise PublishError(f"not published, because {'; '.join(told)}")
    return target.write()
