"""The front of a report for the book's first page: its question, its answer, and the drawing of the comparison.

Takes what the report says, word for word, from the page that `book.pictures.report` made. Runs nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

WHOLE = "whole_report.html"


def write_front(made: Path) -> None:
    """Write the front of `made`/report.html as front.md, and the report itself to the files that the site serves."""
    report = (made / "report.html").read_text(encoding="utf-8")
    (made / "front.md").write_text(front(report), encoding="utf-8")
    (made / "site").mkdir(exist_ok=True)
    (made / "site" / WHOLE).write_text(report, encoding="utf-8")


def front(report: str) -> str:
    """Return the front as a page's Markdown: one raw block, for `{include}`.

    Raises ValueError where the report has no answer or no comparison, so that the first page never stands empty.
    """
    question = _part(report, r"<h1>(.*?)</h1>")
    answer = _part(report, r'<p class="answer[^"]*">(.*?)</p>')
    note = " ".join(_part(report, r'<p class="note">(.*?)</p>').split())
    drawing = _part(report, r"<h2>Comparison</h2>.*?(<svg.*?</svg>)")
    caption = (
        f'The top of <a href="{WHOLE}">a real report</a>, measured when this book was built. '
        'What it says, <a href="report.html">line by line</a>.'
    )
    return "\n".join(
        [
            "````{raw} html",
            '<figure class="report-front">',
            f'<p class="question">{question}</p>',
            f'<p class="answer">{answer}</p>',
            f'<p class="note">{note}</p>',
            f'<div class="chart">{drawing}</div>',
            f"<figcaption>{caption}</figcaption>",
            "</figure>",
            "````",
            "",
        ]
    )


def _part(report: str, pattern: str) -> str:
    found = re.search(pattern, report, re.DOTALL)
    if found is None:
        raise ValueError(f"the report should hold {pattern}; it has {len(report)} characters and no such part")
    return found[1].strip()
