"""The report that a page explains line by line: made by `tinytorch perf` on the shipped networks, and taken apart.

`report.html` is the whole page; every section of the Markdown and every picture of the page is a file of its own.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from book.pictures.paper import write_picture, write_text
from tinytorch.charts.svg import Svg

MODEL, BASELINE = "tinytorch.models:digits_mlp('vectorised')", "tinytorch.models:digits_mlp('naive')"
# What a build has time for. The baseline takes a millisecond or two a query, so the server is free most of the time.
OPTIONS = {"--qps": "250", "--latency-target": "50", "--min-queries": "500", "--min-duration": "0.3"}
SECTIONS = {
    "Measured": "report_measured",
    "Validity of the runs": "report_validity",
    "Comparison": "report_comparison",
    "What the latencies are worth": "report_worth",
    "Pitfalls": "report_pitfalls",
    "How it was measured": "report_measuring",
}
PICTURES = {
    "": "report_ratios",
    "Single-Stream": "report_single_stream",
    "Single-Stream over time": "report_over_time",
    "Server": "report_server",
    "Server: the queue": "report_queue",
}


def make(folder: Path) -> None:
    """Run the benchmark and write the report and its parts into `folder`."""
    with tempfile.TemporaryDirectory() as temporary:
        page, words = run_perf(Path(temporary))
    (folder / "report.html").write_text(page, encoding="utf-8")
    write_text(folder, "report_command", command())
    write_parts(folder, words)
    write_pictures(folder, page)


def command() -> str:
    """Return the command as the page shows it."""
    options = " ".join(f"{name} {value}" for name, value in OPTIONS.items())
    lines = [f'tinytorch perf "{MODEL}"', f'--baseline "{BASELINE}"', options, "--html report.html"]
    return " \\\n    ".join(lines)


def run_perf(folder: Path) -> tuple[str, str]:
    """Return the report as a page and as Markdown. Raises RuntimeError if there is none.

    A run that does not count, which is exit code 1, makes a report too: it says why.
    """
    page, words = folder / "report.html", folder / "report.md"
    given = [part for option in OPTIONS.items() for part in option]
    done = subprocess.run(
        [sys.executable, "-m", "tinytorch.cli", "perf", MODEL, "--baseline", BASELINE, *given, "--quiet",
         "--html", str(page), "--markdown", str(words)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode not in (0, 1) or not page.is_file():
        raise RuntimeError(f"tinytorch perf ended with {done.returncode} and no report: {done.stderr.strip()}")
    return page.read_text(encoding="utf-8"), words.read_text(encoding="utf-8")


def write_parts(folder: Path, words: str) -> None:
    """Write the head of the Markdown and each of its sections as a file of its own, without the headings."""
    for target in (MODEL, BASELINE):
        name = target.partition(":")[2]
        words = words.replace(name.replace("_", r"\_"), f"`{name}`")  # code, so that quotes stay as they are
    head, *sections = re.split(r"^## ", words, flags=re.MULTILINE)
    said = [line for line in head.removeprefix("# ").split("\n") if line]  # question, answer, state, and any doubt
    (folder / "report_head.md").write_text("\n>\n".join(f"> {line}" for line in said) + "\n", encoding="utf-8")
    bodies = dict(section.split("\n", 1) for section in sections)
    for heading, name in SECTIONS.items():
        (folder / f"{name}.md").write_text(bodies[heading].strip() + "\n", encoding="utf-8")


def write_pictures(folder: Path, page: str) -> None:
    """Write the pictures of the page as files of their own. Raises KeyError for one that is not there."""
    _, _, rounds = page.partition("<h2>Round by round</h2>")
    drawn = dict(_figures(page.removesuffix(rounds)))
    for caption, name in PICTURES.items():
        write_picture(folder, name, Svg(drawn[caption]))
    write_picture(folder, "report_rounds", Svg(dict(_figures(rounds))["Single-Stream"]))


def _figures(page: str) -> list[tuple[str, str]]:
    """Return (caption, SVG) of each figure in order."""
    found = re.findall(r"<figure>\s*(?:<figcaption>(.*?)</figcaption>)?\s*(<svg.*?</svg>)", page, flags=re.DOTALL)
    return list(found)
