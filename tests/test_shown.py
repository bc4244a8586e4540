"""What students write, shown: nothing is live in a page, a terminal obeys nothing, a sheet computes nothing."""

import csv
import io
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.filters.markdown_mistune import InvalidNotebook
from nbconvert.filters.markdown_mistune import markdown2html_mistune as markdown2html

from autograder.shown import in_line, in_page, in_sheet, in_terminal

HOSTILE = [
    "[click](javascript:alert(1))",
    "[click]( javascript:alert(1))",
    "[click](<javascript:alert(1)>)",
    "[click](\njavascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](&#106;avascript:alert(1))",
    "[click](&#x6A;avascript&colon;alert(1))",
    "[click](java\\script:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:x)",
    "[click](file:///etc/passwd)",
    "[click](//evil.example/x)",
    "[click](/formgrader/delete)",
    "[click][x]\n\n[x]: javascript:alert(1)",
    "[x]\n\n[x]:\n   javascript:alert(1)",
    "[x]\n\n[x]: <javascript:alert(1)>",
    "> [x]\n>\n> [x]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "&lt;script&gt;alert(1)",
    "![x](https://evil.example/pixel.png)",
    "![x][y]\n\n[y]: https://evil.example/pixel.png",
    "[![x](https://evil.example/pixel.png)](https://evil.example)",
    "![x](attachment:secret.png)",
    "![](javascript:alert(1))",
    "$\\href{javascript:alert(1)}{x}$",
    "\\\\(\\\\href{javascript:alert(1)}{x}\\\\)",
    "\\\\(&#92;href{javascript:alert(1)}{x}\\\\)",
    "$$\\mmlToken{mi}[href='javascript:alert(1)']{x}$$",
    "$\\require{html}\\style{position:fixed}{x}$",
    "`[click](javascript:alert(1))`",
    '```mermaid\ngraph TD; A-->B; click A href "javascript:alert(1)"\n```',
]
marks = st.sampled_from(
    [*"[]()<>!:\\&#;$\n `\"'", "x", "javascript:alert(1)", "https://a.example", "mailto:a@b.c", "&#106;",
     "\\href{", "}", "img src=x onerror=alert(1)", "data:text/html,x", "    ", "- ", "1. ", "> ", "|"]
)  # fmt: skip


class Live(HTMLParser):
    """Collects what a browser would fetch, follow or run."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.live: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.live += [(tag, "", "")] if tag in ("script", "iframe", "img", "object", "svg", "style", "form") else []
        for name, value in attrs:
            address = (value or "").strip()
            other = not address.lower().startswith(("http://", "https://", "mailto:", "#"))
            diagram = name == "class" and "mermaid" in address.split()  # a script of the page draws what stands there
            if name.startswith("on") or diagram or (name in ("href", "src", "xlink:href") and other):
                self.live.append((tag, name, address))

    def handle_data(self, data: str) -> None:
        self.text += data


def page(markdown: str) -> Live:
    """Render as nbgrader's pages do: by nbconvert."""
    return Live(markdown2html(markdown))


def is_live(markdown: str) -> bool:
    """Say whether a page does something with it, be it that it cannot be made: one picture ends all of nbgrader's."""
    try:
        shown = page(markdown)
    except InvalidNotebook:
        return True
    return bool(shown.live) or "\\href" in shown.text or "\\mmlToken" in shown.text


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_an_answer_is_live(text: str) -> None:
    shown = page(in_page(text))
    assert shown.live == []
    for word in ("href", "mmlToken", "style", "require"):
        assert f"\\{word}" not in shown.text, "MathJax reads the text of the page"


def test_some_of_these_are_live_as_they_stand() -> None:
    """Else the test above would hold nothing."""
    assert sum(map(is_live, HOSTILE)) >= 15


@settings(max_examples=400, deadline=None)
@given(st.lists(marks, max_size=14).map("".join))
def test_no_mixture_of_marks_is(text: str) -> None:
    shown = page(in_page(text))
    assert shown.live == []
    assert "\\href" not in shown.text


def test_honest_answers_look_the_same() -> None:
    for text in ("[the rules](https://mlcommons.org)", "<https://mlcommons.org>", "[me](mailto:ada@example.edu)",
                 "$\\frac{1}{2} \\alpha$", "**3 ms** & *more*: a[1] = 2!", "1. one\n2. two"):  # fmt: skip
        assert in_page(text) == text
    for text in ("x < 3 and y > 2", "a<b>c</b>", "see ![plot](x.png)", "a[1]: 3"):
        assert in_page(text).replace("\N{WORD JOINER}", "") == text
    assert 'href="https://mlcommons.org"' in markdown2html(in_page("<https://mlcommons.org>"))


def test_a_terminal_obeys_nothing() -> None:
    text = "a\x1b[2J\x1b]0;title\x07b\x9b31m\u202egnp\rx\ty\nz\x00"
    assert in_line(text) == "a [2J ]0;title b 31m gnp x y z "
    assert in_terminal(text) == "a [2J ]0;title b 31m gnp x y\nz "
    assert in_terminal("Zoë 李\n  µs") == "Zoë 李\n  µs"


@pytest.mark.parametrize(
    "text",
    ["=1+1", " =1+1", "\n=1+1", "\t=1+1", "\r=1", "＝1+1", "＋1", "－1", "＠x", "\u00a0=1", "\u3000=1", "\ufeff=1",
     "\u200b=1", "-2+3", "+1", "@SUM(1)", "\x00=1", "﹦1", "|calc"],
)  # fmt: skip
def test_a_sheet_computes_nothing(text: str) -> None:
    written = io.StringIO()
    csv.writer(written).writerow([in_sheet(text), "x"])
    (row,) = csv.reader(io.StringIO(written.getvalue()))
    assert len(row) == 2
    assert row[0].startswith("'")


def test_a_sheet_keeps_what_is_harmless() -> None:
    for text in ("ada@example.edu", "Zoë Ångström_5", "3.5", "", "    Points Possible", "a = b", "it's"):
        assert in_sheet(text) == text
    assert in_sheet("two\nlines\x1b[2J") == "two lines [2J"
