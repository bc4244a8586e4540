"""README's first screen, from runs: the report's picture, light and dark, and the class's table; `make readme`.

The picture is the top of the page that `tinytorch perf` wrote on this machine, photographed by Chromium. The table is
what `autograder grade` printed for the class of five. Writes nothing that a command did not say.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from book.pictures.report import run_perf

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PICTURES = {"report.png": 1, "report-dark.png": 0}  # under docs/: Chromium's number of the colour scheme
SIZE, SCALE = (1000, 790), 1.5  # CSS pixels: down to the end of the first table
SEED = "13"

_TABLE = re.compile(r"(?<=```\n)student .*?\n(?=```)", re.DOTALL)


def main() -> None:
    """Write the pictures to docs/ and the table into README.md."""
    table = class_table()
    with tempfile.TemporaryDirectory() as folder:
        page, _ = run_perf(Path(folder))
        report = Path(folder, "report.html")
        report.write_text(page, encoding="utf-8")
        for name, scheme in PICTURES.items():
            photograph(report, ROOT / "docs" / name, scheme)
    README.write_text(with_table(README.read_text(encoding="utf-8"), table), encoding="utf-8")


def class_table() -> str:
    """Return what `autograder grade` prints of the demo class: a line a student. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory() as folder:
        run("demo-class", f"{folder}/submitted")
        printed = run("grade", f"{folder}/submitted", "--course", folder, "--seed", SEED)
    return table_of(printed)


def table_of(printed: str) -> str:
    """Return the table alone: what stands before the first empty line."""
    return printed.partition("\n\n")[0] + "\n"


def with_table(readme: str, table: str) -> str:
    """Return README with another table. Raises ValueError unless there is exactly one block that holds one."""
    text, count = _TABLE.subn(lambda _: table, readme)
    if count != 1:
        raise ValueError(f"README.md should hold one block that begins with `student`, it holds {count}")
    return text


def run(*words: str) -> str:
    """Run one command of the grader and return what it printed."""
    command = [sys.executable, "-m", "autograder", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def photograph(page: Path, picture: Path, scheme: int) -> None:
    """Write the top of a page as a PNG. Needs Debian's chromium; raises CalledProcessError or FileNotFoundError."""
    picture.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             f"--user-data-dir={profile}", f"--window-size={SIZE[0]},{SIZE[1]}", f"--force-device-scale-factor={SCALE}",
             f"--blink-settings=preferredColorScheme={scheme}", f"--screenshot={picture}", page.as_uri()],
            capture_output=True, check=True, timeout=120,
        )  # fmt: skip


if __name__ == "__main__":
    main()
