"""The built pages as files: every link leads somewhere, launch links say one repository, no solution is in them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from autograder.links import Links, read_links
from tests.book.conftest import PAGES, ROOT
from tests.solutions import leaked
from tinytorch.models import digits_mlp


class Page(HTMLParser):
    """The ids of a page, and every address in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        given = dict(attrs)
        self.ids |= {value for name in ("id", "name") if (value := given.get(name))}
        self.addresses += [value for name in ("href", "src") if (value := given.get(name)) is not None]


def broken(folder: Path) -> list[str]:
    """Return every inside link of a site that leads nowhere, as "page: address"."""
    paths = (path for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts)
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in paths}
    found = []
    for path, page in pages.items():
        for address in page.addresses:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            missing = not target.is_file() or (target in pages and anchor and anchor not in pages[target].ids)
            if missing or address in ("", "#"):
                found.append(f"{path.relative_to(folder)}: {address!r}")
    return found


def test_every_inside_link_and_anchor_leads_somewhere(book: Path) -> None:
    assert [each for each in broken(book) if not each.endswith(": '#'")] == []


def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<p id="here"><a href="b.html">x</a><a href="#there">y</a><a href="#here">z</a>')
    assert broken(tmp_path) == ["a.html: 'b.html'", "a.html: '#there'"]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_holds_a_line_of_a_solution(page: str, book: Path) -> None:
    text = re.sub(r"<[^>]*>", "", (book / page).read_text(encoding="utf-8"))
    assert leaked(text) == []


def test_outside_links_are_https(book: Path) -> None:
    for page in PAGES:
        addresses = Page((book / page).read_text(encoding="utf-8")).addresses
        assert not [each for each in addresses if urlsplit(each).scheme not in ("", "https", "data", "mailto")], page


def test_the_three_snippets_run_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the shipped digits in place of CIFAR-10, which is a download."""
    monkeypatch.chdir(tmp_path)
    snippets = re.findall(
        r"^```python\n(.*?)^```",
        (ROOT / "book/modules/13_benchmarking.md").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert len(snippets) == 3
    names = {"your_model": digits_mlp()}
    for snippet in snippets:
        exec(snippet.replace("'cifar10'", "'digits'").replace("()\nbenchmark", "(progress=False)\nbenchmark"), names)
    assert (tmp_path / "my_capstone_results.html").is_file()


def test_the_launch_links_are_those_of_the_setting(book: Path) -> None:
    links = read_links(ROOT)
    addresses = Page((book / "modules/13_benchmarking.html").read_text(encoding="utf-8")).addresses
    assert {links.binder, links.colab, links.lite, links.source} <= set(addresses)


def test_another_repository_changes_every_launch_link(tmp_path: Path) -> None:
    environ = os.environ | {"COURSE_REPOSITORY": "other-org/course", "COURSE_REF": "term"}
    html = build(tmp_path, environ)
    assert html.returncode == 0, html.stderr
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(tmp_path.rglob("*.html")))
    assert Links("other-org/course", "term").binder in text
    assert f"/{read_links(ROOT, {}).repository}/" not in text


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("[x](nowhere.md)\n", "nowhere.md"),
        ("[x](#no-such-place)\n", "no-such-place"),
        ("[x](course:bindr)\n", "course:bindr is no link of the course"),
        ("```{eval-rst}\n:py:func:`tinytorch.no_such_thing`\n```\n", "no_such_thing"),
    ],
)
def test_the_build_refuses_a_link_that_leads_nowhere(added: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / "book/index.md").write_text(f"# A page\n\n{added}", encoding="utf-8")
    built = build(tmp_path / "html", os.environ, source=tmp_path / "book")
    assert built.returncode != 0
    assert said in built.stderr


def build(target: Path, environ: Mapping[str, str], source: Path = ROOT / "book") -> subprocess.CompletedProcess[str]:
    """Run sphinx-build as the Makefile does, from nothing, with the book's conf.py."""
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", "-E"]
    settings = ["-c", str(ROOT / "book"), "-d", str(target.parent / f"{target.name}-doctrees")]
    if source != ROOT / "book":
        settings += ["-D", "html_extra_path="]
    return subprocess.run(
        [*command, *settings, str(source), str(target)], env=dict(environ), text=True, capture_output=True, check=False
    )
