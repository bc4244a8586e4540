"""Every page as a reader gets it: what it asks for, what axe-core finds, how it fits a phone and a sheet of paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.book.browser import PHONE, WIDE, Browser
from tests.book.conftest import PAGES


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_nobody_but_its_own_host(page: str, address: str, browser: Browser) -> None:
    browser.look()
    browser.open(f"{address}/{page}")
    outside = [asked for asked in browser.requests if not asked.startswith((f"{address}/", "data:", "blob:"))]
    assert f"{address}/{page}" in browser.requests
    assert outside == []
    assert browser.complaints() == []


def test_a_page_that_asks_an_outside_host_is_noticed(tmp_path: Path, serve: Any, browser: Browser) -> None:
    (tmp_path / "page.html").write_text('<!doctype html><title>x</title><img src="https://outside.invalid/x.png">')
    browser.open(f"{serve(tmp_path)}/page.html")
    assert "https://outside.invalid/x.png" in browser.requests
    assert browser.complaints()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing_of_ours(page: str, theme: str, address: str, browser: Browser) -> None:
    browser.look(theme=theme)
    browser.open(f"{address}/{page}")
    if (shown := browser.run("return document.documentElement.dataset.theme")) is not None:
        assert shown == theme
    assert browser.axe() == []


def test_axe_finds_what_is_wrong(tmp_path: Path, serve: Any, browser: Browser) -> None:
    body = '<p style="color: #bbb; background: #fff">pale</p><input type="checkbox"><img src="x.svg">'
    (tmp_path / "page.html").write_text(f'<!doctype html><html lang="en"><title>x</title><main>{body}</main></html>')
    browser.look()
    browser.open(f"{serve(tmp_path)}/page.html")
    browser.complaints()
    assert {rule for rule, *_ in browser.axe()} == {"color-contrast", "label", "image-alt"}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_a_phone(page: str, address: str, browser: Browser) -> None:
    browser.look(PHONE)
    browser.open(f"{address}/{page}")
    wide = browser.run(
        "const most = document.documentElement.clientWidth;"
        "return document.documentElement.scrollWidth <= most ? [] :"
        " [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > most + 1)"
        " .map(e => e.outerHTML.slice(0, 120)).slice(0, 5)"
    )
    assert wide == []
    assert browser.run("return document.documentElement.scrollWidth") <= PHONE


@pytest.mark.parametrize("page", PAGES)
def test_a_printed_page_is_its_article_and_nothing_is_cut(page: str, address: str, browser: Browser) -> None:
    """Paper does not scroll: code and tables that are wider than the sheet would lose their ends."""
    browser.look(700, medium="print")
    browser.open(f"{address}/{page}")
    cut = browser.run(
        "return [...document.querySelectorAll('article pre, article table')]"
        " .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0).map(e => e.outerHTML.slice(0, 120))"
    )
    assert cut == []
    shown = browser.run(
        "return [...document.querySelectorAll('.bd-sidebar, .article-header-buttons, .prev-next-footer')]"
        " .filter(e => e.getClientRects().length).map(e => e.className)"
    )
    assert shown == []
    browser.look(WIDE)
