"""What a student wrote, made fit to be shown: in a page made of Markdown, on a terminal, in a sheet.

A page may run it, a terminal obeys it, a spreadsheet computes it. Knows nothing of results.
"""

from __future__ import annotations

import re
import unicodedata

_JOINER = "\N{WORD JOINER}"  # not to be seen; what it stands between is no longer one mark
_ALLOWED = r"<?(?:https?://|mailto:)[^\s\\]"
# What MathJax makes links, pictures or overlays of.
_COMMANDS = "href|url|mmlToken|require|style|class|cssId|data|toggle|texttip|tooltip|mathtip|action|includegraphics"
_BROKEN = re.compile(
    "|".join(
        [
            r"(?<=<)(?=[A-Za-z/!?])(?!https?://|mailto:)",  # a tag, or an address of another kind in <...>
            r"(?<=!)(?=\[)",  # a picture: the page would fetch it, and whoever holds it would see who reads
            rf"(?<=\])(?=\((?!\s*{_ALLOWED}))",  # a link to anything but http, https and mailto
            rf"(?<=\])(?=:(?!\s*{_ALLOWED}))",  # the same, defined elsewhere in the text
            r"(?<=[`~])(?=[ \t]*mermaid)",  # a diagram, which a script of the page draws
            r"(?<=&)(?=#|\w+;)",  # an entity, by which any of these could be written
            rf"(?<=\\)(?=(?:{_COMMANDS})(?![A-Za-z]))",
        ]
    )
)
_FORMULA = ("=", "+", "-", "@", "|", "%")


def in_page(markdown: str) -> str:
    """Return Markdown that is the same to the eye and in which nothing is live but links by http, https and mailto.

    nbgrader shows students' answers as HTML in the instructor's browser, and MathJax reads that page.
    """
    return _BROKEN.sub(_JOINER, markdown)


def in_line(text: str) -> str:
    """Return text as one line for a terminal, which obeys control characters: a space stands for each."""
    return "".join(character if character.isprintable() else " " for character in text)


def in_terminal(text: str) -> str:
    """Return text for a terminal, its lines kept."""
    return "\n".join(in_line(line) for line in text.split("\n"))


def in_sheet(text: str) -> str:
    """Return the text of a cell: one line, and nothing that a spreadsheet computes.

    It computes what begins like a formula, also behind spaces and in wide characters; an apostrophe in front says text.
    """
    text = " ".join(in_line(text).split()) if not text.isprintable() else text
    start = unicodedata.normalize("NFKC", text).lstrip()
    return f"'{text}" if start.startswith(_FORMULA) else text
