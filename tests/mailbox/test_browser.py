"""The mailbox's pages in headless Chromium: by keyboard, on a phone, in the dark, and as axe-core reads them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from autograder.collecting.roster import Student
from autograder.mailbox import people, queue
from autograder.mailbox.mailbox import Mailbox
from tests import mini
from tests.book.browser import PHONE, WIDE, Browser
from tests.mailboxes import ADA, GRACE, asking, client_of, code, new_mailbox

EVE = Student("eve", "<script>document.title='taken'</script>", "<b>", "A")


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    """A mailbox in which Ada's first file is graded and one student has a name of HTML."""
    made = new_mailbox(tmp_path / "course", show="at once", due="2026-12-20T23:00+01:00")
    with made.database.writing() as connection:
        people.enter(connection, [ADA, GRACE, EVE])
    yield made
    made.close()


@pytest.fixture
def client(mailbox: Mailbox) -> Iterator[httpx.Client]:
    """Its application."""
    with client_of(mailbox) as made:
        asking(mailbox, made).hand_in(b'{"cells": []}')
        [job] = queue.claim(mailbox.database, "me", 60, 5)
        queue.finish(mailbox.database, "me", job, mini.grade(mailbox.course, middle=mini.WRONG_MIDDLE).result)
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A reader."""
    with Browser() as made:
        yield made


def until(found: Callable[[], object]) -> None:
    """Wait for something on the page."""
    end = time.monotonic() + 30
    while not found():
        assert time.monotonic() < end, "it did not come within 30 s"
        time.sleep(0.05)


def shown(browser: Browser, name: str) -> bool:
    """Say whether the element with this id can be seen."""
    return browser.driver.find_element(By.ID, name).is_displayed()


def text(browser: Browser) -> str:
    """Return what the page said last."""
    return browser.driver.find_element(By.ID, "said").text


def must_be_fit(browser: Browser) -> None:
    """Assert that the open page is accessible and fits, on a phone and wide, in both themes."""
    for width in (WIDE, PHONE):
        for theme in ("light", "dark"):
            browser.look(width, theme)
            assert browser.run("return document.documentElement.scrollWidth <= innerWidth")
            assert browser.axe() == []
    browser.look()


def test_handing_in_by_keyboard(mailbox: Mailbox, client: httpx.Client, browser: Browser, tmp_path: Path) -> None:
    notebook = tmp_path / "mine.ipynb"
    notebook.write_bytes(b'{"cells": [], "nbformat": 4}')
    browser.open(str(client.base_url))
    must_be_fit(browser)
    assert browser.tab()["href"] == "#main"
    assert browser.tab()["tag"] == "INPUT"
    browser.press(*"wrong")
    browser.press(Keys.ENTER)
    until(lambda: "not known" in text(browser))
    field = browser.driver.find_element(By.ID, "code")
    field.clear()
    field.send_keys(code(mailbox, ADA), Keys.ENTER)
    until(lambda: shown(browser, "drop") and shown(browser, "before"))
    browser.driver.find_element(By.ID, "file").send_keys(str(notebook))
    browser.driver.find_element(By.CSS_SELECTOR, "#drop button").send_keys(Keys.ENTER)
    until(lambda: shown(browser, "receipt"))
    said = browser.driver.find_element(By.ID, "receipt").text
    assert "R-20" in said
    until(
        lambda: browser.run("return document.querySelectorAll('tbody tr').length") == 2 and "Received" in text(browser)
    )
    until(lambda: browser.driver.find_element(By.CSS_SELECTOR, "td button").is_enabled())
    browser.driver.find_element(By.CSS_SELECTOR, "td button").send_keys(Keys.ENTER)
    until(lambda: shown(browser, "page"))
    must_be_fit(browser)
    assert [each for each in browser.complaints() if "403" not in each] == []


def test_the_instructors_pages(mailbox: Mailbox, client: httpx.Client, browser: Browser) -> None:
    browser.open(f"{client.base_url}/instructor")
    must_be_fit(browser)
    browser.driver.find_element(By.ID, "code").send_keys(code(mailbox, None), Keys.ENTER)
    until(lambda: browser.driver.title.startswith("Roster"))
    must_be_fit(browser)
    assert EVE.name in browser.driver.find_element(By.CSS_SELECTOR, "table").text
    browser.driver.find_element(By.XPATH, "//button[starts-with(., 'Release')]").send_keys(Keys.ENTER)
    until(lambda: mailbox.settings.released)
    browser.open(f"{client.base_url}/instructor/students/ada")
    must_be_fit(browser)
    browser.driver.find_element(By.ID, "due").send_keys("2027-01-01T00:00Z", Keys.ENTER)
    until(lambda: "(their own)" in browser.driver.find_element(By.TAG_NAME, "dl").text)
    assert browser.complaints() == []
