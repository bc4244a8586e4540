"""Builds the lesson as a static site that a browser runs alone: JupyterLite, Pyodide, and the students' package.

Takes the students' repository as `autograder publish` wrote it, so the reference and the suites cannot come near the
site. Runs in an environment of its own that has JupyterLite, and knows nothing of the lesson. Where Pyodide lies is a
setting of the site: by default its public CDN.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from urllib.parse import quote

NOTEBOOK = "benchmarking_dev.ipynb"
SETTINGS = Path(__file__).with_name("jupyter-lite.json")
COMM = "comm==0.2.3"  # the kernel asks for it, and Pyodide's distribution has none
COMM_SHA256 = "c615d91d75f7f04f095b30d1c1711babd43bdc6419c1be9886a85f2f4e489417"
EPOCH = "1767225600"  # 2026-01-01: the same sources give the same wheel

FRONT_PAGE = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>TinyTorch benchmarking</title>
    <script id="jupyter-config-data" type="application/json" data-jupyter-lite-root=".">{{}}</script>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <script>
      const app = matchMedia("(max-width: 700px)").matches ? "notebooks" : "lab"; // a phone has no room for panels
      location.replace(app + "/index.html?path={notebook}");
    </script>
  </head>
  <body><p><a href="lab/index.html?path={notebook}">Open the notebook</a>; it needs JavaScript.</p></body>
</html>
"""


class BuildError(RuntimeError):
    """A step of the build failed; the message is what the tool said."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the site, print where it is and what it weighs; 0 done, 1 a step failed, 2 wrong arguments."""
    parser = argparse.ArgumentParser(description="Build the lesson as a site that runs in a browser alone.")
    parser.add_argument("--students", type=Path, required=True, metavar="DIR", help="what `autograder publish` wrote")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="the site; emptied first")
    options = parser.parse_args(arguments)
    if not (options.students / NOTEBOOK).is_file():
        parser.error(f"{options.students} has no {NOTEBOOK}; write it with `autograder publish --to DIR`")
    try:
        build_site(options.students, options.to)
    except BuildError as error:
        print(f"lite: {error}", file=sys.stderr)
        return 1
    size = sum(path.stat().st_size for path in options.to.rglob("*") if path.is_file())
    version = metadata.version("jupyterlite-pyodide-kernel")
    print(
        f"{options.to}: {size / 1e6:.1f} MB, JupyterLite's Pyodide kernel {version}; Pyodide comes from its public CDN"
    )
    print(f"Look at it: python3 -m http.server --directory {options.to} 8000")
    return 0


def build_site(students: Path, to: Path) -> None:
    """Write the site of the repository `students` into the folder `to`, which is emptied first. Raises BuildError."""
    shutil.rmtree(to, ignore_errors=True)
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        lite = Path(folder, "lite")
        contents = Path(folder, "contents")
        for each in (lite / "pypi", contents):
            each.mkdir(parents=True)
        shutil.copy(students / NOTEBOOK, contents)
        shutil.copy(SETTINGS, lite)
        add_wheels(students, lite / "pypi")
        command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(lite)]
        command += ["--contents", str(contents), "--output-dir", str(to.resolve())]
        run(
            [*command, "--apps", "lab", "--apps", "notebooks", "--no-sourcemaps", "--no-unused-shared-packages"],
            Path(folder),
        )
    (to / "index.html").write_text(front_page(NOTEBOOK), encoding="utf-8")


def front_page(notebook: str) -> str:
    """Return the site's first page, which opens the notebook at once."""
    return FRONT_PAGE.format(notebook=quote(notebook))


def add_wheels(students: Path, folder: Path) -> None:
    """Put the students' package and what the kernel lacks into the index that the site serves. Raises BuildError."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    with tempfile.TemporaryDirectory() as work:
        source = Path(work, "source")  # building leaves files behind
        shutil.copytree(students, source, ignore=shutil.ignore_patterns(".git"))
        build = ["--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source)]
        run([*pip, "wheel", *build], source, SOURCE_DATE_EPOCH=EPOCH)
        locked = Path(work, "comm.txt")
        locked.write_text(f"{COMM} --hash=sha256:{COMM_SHA256}\n", encoding="utf-8")
        fetch = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--dest", str(folder)]
        run([*pip, "download", *fetch, "--requirement", str(locked)], source)


def run(command: Sequence[str], folder: Path, **variables: str) -> None:
    """Run a tool in `folder` with `variables` added to its environment, quietly where all goes well.

    Raises BuildError with the end of what it said.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])  # it calls its own tools
    environment = os.environ | {"PATH": path} | variables
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise BuildError(f"{' '.join(command[:4])} failed with {done.returncode}:\n{done.stdout[-2000:].strip()}")


if __name__ == "__main__":
    sys.exit(main())
