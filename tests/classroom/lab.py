"""JupyterLab and nbgrader's pages in it as a person uses them: menus, buttons, cells, dialogs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from selenium.common.exceptions import ElementNotInteractableException, StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

T = TypeVar("T")
PASSING = (StaleElementReferenceException, ElementNotInteractableException, IndexError)  # while a page is drawn
ERROR = "application/vnd.jupyter.stderr"  # Lab shows tracebacks as this
WIDTH = 1500  # px: narrower, and Formgrader puts its menu above its tables


class Lab:
    """A person in front of a JupyterLab. Every picture is numbered and kept in `pictures`."""

    def __init__(self, driver: Any, pictures: Path) -> None:
        self.driver, self.pictures = driver, pictures
        pictures.mkdir(parents=True, exist_ok=True)

    def enter(self, address: str) -> None:
        """Open the address that the classroom printed."""
        self.driver.get(address)
        self.find(By.CSS_SELECTOR, "#jp-MainMenu")

    def picture(self, name: str) -> None:
        """Keep what the person sees."""
        number = len(list(self.pictures.glob("*.png"))) + 1
        self.driver.save_screenshot(str(self.pictures / f"{number:02}-{name}.png"))

    def wait(self, what: Callable[[], T], why: str, seconds: float = 60) -> T:
        """Return what is there as soon as it is there, and true."""
        patience = WebDriverWait(self.driver, seconds, 0.2, PASSING)
        return patience.until(lambda _: what(), f"waited {seconds:g} s for {why}")

    def all(self, by: str, what: str) -> list[WebElement]:
        """Return what can be seen of these now."""
        found: list[WebElement] = self.driver.find_elements(by, what)
        return [each for each in found if each.is_displayed()]

    def find(self, by: str, what: str, seconds: float = 60) -> WebElement:
        """Return the last of these that can be seen, as soon as there is one."""
        return self.wait(lambda: self.all(by, what)[-1], what, seconds)

    def button(self, text: str) -> WebElement:
        """Return the button or link with this text."""
        either = f"//button[normalize-space()='{text}'] | //a[normalize-space()='{text}']"
        return self.find(By.XPATH, either)

    def menu(self, *names: str) -> None:
        """Choose from the menus at the top: `menu("Run", "Run All Cells")`."""
        label = ".//*[contains(@class, 'lm-MenuBar-itemLabel')][.='{}']"
        self.find(By.XPATH, f"//*[@id='jp-MainMenu']{label.format(names[0])[1:]}").click()
        for name in names[1:]:
            self.find(By.XPATH, f"//*[contains(@class, 'lm-Menu-itemLabel')][.='{name}']").click()

    def cell(self, name: str) -> WebElement:
        """Return the code cell that defines a function or a class, in the middle of the window."""
        inside = f"contains(., 'def {name}(') or contains(., 'class {name}:')"
        where = "contains(@class, 'jp-CodeCell')"
        found = self.wait(
            lambda: self.driver.find_elements(
                By.XPATH, f"//div[{where}][.//*[contains(@class, 'cm-content')][{inside}]]"
            ),
            f"the cell of {name}",
        )[0]
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
        return found

    def write(self, name: str, text: str) -> None:
        """Replace the text of a code cell by typing; as one stroke, since Lab indents what comes key by key."""
        editor = self.cell(name).find_element(By.CSS_SELECTOR, ".cm-content")
        editor.click()
        editor.send_keys(Keys.CONTROL, "a")
        self.driver.execute_cdp_cmd("Input.insertText", {"text": text})

    def errors(self) -> list[str]:
        """Return the errors that stand in the open notebook, with their tracebacks."""
        outputs = self.driver.find_elements(By.CSS_SELECTOR, f".jp-RenderedText[data-mime-type='{ERROR}']")
        return [output.get_attribute("textContent") for output in outputs]

    def first_error_of_all(self, at: str) -> str:
        """Run all cells until a line with this text fails; return the last line of the notebook's first error.

        ipykernel 7 drops the cells after an error only as far as they have arrived, so a quick run may go on past it.
        """
        self.menu("Run", "Run All Cells")
        first = self.wait(lambda: [error for error in self.errors()[:1] if at in error], f"an error at {at}", 120)[0]
        return first.strip().splitlines()[-1]

    def save(self) -> None:
        """Save the open notebook, and wait until it is saved."""
        self.menu("File", "Save Notebook")
        dirty = ".lm-TabBar-tab.lm-mod-current.jp-mod-dirty"
        self.wait(lambda: not self.driver.find_elements(By.CSS_SELECTOR, dirty), "the notebook to be saved")

    def double_click(self, element: WebElement) -> None:
        """Open something in the file browser."""
        ActionChains(self.driver).double_click(element).perform()

    @contextmanager
    def inside(self, css: str) -> Iterator[None]:
        """Work in a frame of the page."""
        self.driver.switch_to.frame(self.find(By.CSS_SELECTOR, css))
        try:
            yield
        finally:
            self.driver.switch_to.default_content()

    def answered(self, seconds: float = 60) -> str:
        """Return the text of the dialog that Formgrader answers with, and close it."""
        dialog = self.find(By.CSS_SELECTOR, ".modal.in .modal-content", seconds)
        text = self.wait(lambda: dialog.text, "Formgrader's answer")
        self.wait(self._closed, "the dialog to close")
        return text

    def _closed(self) -> bool:
        """Whether Formgrader's dialog is gone; a click while it fades in is lost, so it is pressed again."""
        for button in self.all(By.CSS_SELECTOR, ".modal.in .modal-footer button"):
            button.click()
        return not self.driver.find_elements(By.CSS_SELECTOR, ".modal-backdrop")
