"""What a reader does: ticks the list and comes back, searches, goes by keyboard, changes the theme."""

from __future__ import annotations

import time
from collections.abc import Callable

from selenium.webdriver.common.keys import Keys

from tests.book.browser import Browser

MODULE = "modules/13_benchmarking.html"
TICKED = "return [...document.querySelectorAll('input[data-task]')].map(box => box.checked)"


def wait_for(said: Callable[[], bool]) -> bool:
    """Say whether something comes true within ten seconds."""
    end = time.monotonic() + 10
    while not (true := said()) and time.monotonic() < end:
        time.sleep(0.05)
    return true


def test_the_list_remembers_what_was_ticked(address: str, browser: Browser) -> None:
    browser.look()
    browser.open(f"{address}/{MODULE}")
    browser.run("localStorage.clear()")
    browser.open(f"{address}/{MODULE}")
    assert browser.run(TICKED) == [False] * 5
    browser.run("document.querySelectorAll('.task-list-item label')[1].click()")
    browser.run("document.querySelectorAll('input[data-task]')[3].focus()")
    browser.press(Keys.SPACE)
    assert "2 of 5" in browser.run("return document.querySelector('.task-status').textContent")
    browser.open(f"{address}/index.html")
    browser.open(f"{address}/{MODULE}")
    assert browser.run(TICKED) == [False, True, False, True, False]
    browser.run("document.querySelectorAll('.task-list-item label')[1].click()")
    browser.open(f"{address}/{MODULE}")
    assert browser.run(TICKED) == [False, False, False, True, False]
    assert browser.requests[0] == f"{address}/{MODULE}"


def test_a_box_has_its_line_as_label(address: str, browser: Browser) -> None:
    browser.open(f"{address}/{MODULE}")
    labels = browser.run(
        "return [...document.querySelectorAll('input[data-task]')].map(box => box.labels[0].textContent)"
    )
    assert labels[0].strip() == "Design a systematic benchmark for any ML system"


def test_a_browser_without_storage_says_so_and_still_ticks(address: str, browser: Browser) -> None:
    script = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('switched off'); }});"
    added = browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
    try:
        browser.open(f"{address}/{MODULE}")
        assert "does not let pages remember" in browser.run("return document.querySelector('.task-status').textContent")
        browser.run("document.querySelectorAll('input[data-task]')[0].click()")
        assert browser.run(TICKED)[0] is True
    finally:
        browser.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
        browser.open(f"{address}/index.html")
        browser.complaints()


def test_the_search_finds_the_poisson_exercise(address: str, browser: Browser) -> None:
    browser.look()
    browser.open(f"{address}/search.html?q=poisson")
    found = "return [...document.querySelectorAll('#search-results li a')].map(a => a.getAttribute('href'))"
    assert wait_for(lambda: any("lesson/03_schedule" in (href or "") for href in browser.run(found)))


def test_search_opens_and_closes_by_keyboard(address: str, browser: Browser) -> None:
    browser.open(f"{address}/index.html")
    browser.press(Keys.CONTROL, "k")
    shown = "const d = document.querySelector('#pst-search-dialog'); return d !== null && d.open"
    assert wait_for(lambda: browser.run(shown))
    browser.press(Keys.ESCAPE)
    assert wait_for(lambda: not browser.run(shown))


def test_the_first_tab_skips_to_the_page_itself(address: str, browser: Browser) -> None:
    browser.open(f"{address}/{MODULE}")
    assert browser.tab()["text"] == "Skip to main content"
    browser.press(Keys.ENTER)
    reached = [browser.tab()["href"] for _ in range(25)]
    assert any(href.startswith("https://mybinder.org/v2/gh/") for href in reached), reached


def test_the_launch_menu_opens_by_keyboard(address: str, browser: Browser) -> None:
    browser.look()
    browser.open(f"{address}/{MODULE}")
    browser.run("document.querySelector('.dropdown-launch-buttons button').focus()")
    browser.press(Keys.ENTER)
    links = "return [...document.querySelectorAll('.dropdown-launch-buttons .dropdown-menu.show a')].map(a => a.href)"
    assert wait_for(lambda: len(browser.run(links)) == 4)


def test_paper_is_light_and_unfolded_whatever_the_screen_was(address: str, browser: Browser) -> None:
    theme = "return document.documentElement.dataset.theme"
    folded = "return document.querySelectorAll('article details:not([open])').length"
    browser.look(theme="dark")
    browser.open(f"{address}/lesson/04_load_generator.html")
    assert browser.run(theme) == "dark"
    assert (n_folded := browser.run(folded)) > 0
    browser.look(theme="dark", medium="print")
    assert wait_for(lambda: browser.run(theme) == "light" and browser.run(folded) == 0)
    browser.look(theme="dark")
    assert wait_for(lambda: browser.run(theme) == "dark" and browser.run(folded) == n_folded)
    browser.look()


def test_the_theme_changes_the_charts(address: str, browser: Browser) -> None:
    colour = "return getComputedStyle(document.querySelector('.report-front .chart text')).fill"
    seen = {}
    for theme in ("light", "dark"):
        browser.look(theme=theme)
        browser.open(f"{address}/index.html")
        seen[theme] = browser.run(colour)
    browser.look()
    assert seen["light"] != seen["dark"]
