"""Headless Chromium as a reader: widths, themes, media, keys, and what each page asked the network for.

Knows nothing of the book. The driver is Debian's, named by its path, so that selenium looks for none elsewhere.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any, Self

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
# Without the last five Chromium looks hosts of its own up; as root it wants --no-sandbox.
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
    *("--no-first-run", "--disable-quic", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
WIDE, PHONE = 1300, 390


class Browser:
    """A reader of pages. `requests` is what the last opened page asked for, addresses in order."""

    def __init__(self, *flags: str) -> None:
        options = webdriver.ChromeOptions()
        for flag in (*FLAGS, *flags):
            options.add_argument(flag)
        self._profile = tempfile.mkdtemp(prefix="reader-")
        options.add_argument(f"--user-data-dir={self._profile}")
        options.binary_location = shutil.which("chromium") or "/usr/bin/chromium"
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        driver = shutil.which("chromedriver") or "/usr/bin/chromedriver"
        self.driver = webdriver.Chrome(options=options, service=Service(driver))
        self.requests: list[str] = []
        self.look()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.driver.quit()
        shutil.rmtree(self._profile, ignore_errors=True)

    def look(self, width: int = WIDE, theme: str = "light", medium: str = "screen") -> None:
        """Become a reader with this width (px), colour scheme and medium ("screen", "print")."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [
            {"name": "prefers-color-scheme", "value": theme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": medium, "features": features})

    def open(self, address: str) -> None:
        """Open a page, wait until it is loaded, and note what it asked for."""
        self.driver.get_log("performance")
        self.driver.get(address)
        self.driver.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0], 50))")
        self.requests = self._asked()

    def run(self, script: str, *arguments: Any) -> Any:
        """Return what a script returns in the page."""
        return self.driver.execute_script(script, *arguments)

    def press(self, *keys: str) -> None:
        """Press keys together where the focus is."""
        chain = webdriver.ActionChains(self.driver)
        for key in keys:
            chain = chain.key_down(key)
        for key in reversed(keys):
            chain = chain.key_up(key)
        chain.perform()

    def tab(self) -> dict[str, str]:
        """Press Tab and return the text and the address of what has the focus then."""
        self.press(Keys.TAB)
        found: dict[str, str] = self.run(
            "const a = document.activeElement;"
            "return {text: a.textContent.trim(), href: a.getAttribute('href') || '', tag: a.tagName};"
        )
        return found

    def complaints(self) -> list[str]:
        """Return what the page's scripts and files went wrong with since the last call; not that it has no icon."""
        said = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        return [message for message in said if "/favicon.ico" not in message]

    def axe(self) -> list[tuple[str, str, str]]:
        """Return what axe-core finds against WCAG A and AA on the open page: (rule, element's selector, summary)."""
        self.run(AXE.read_text(encoding="utf-8"))
        script = "axe.run(document, {runOnly: arguments[0], resultTypes: ['violations']}).then(arguments[1])"
        found = self.driver.execute_async_script(script, LEVELS)
        return [
            (rule["id"], " ".join(map(str, node["target"])), node["failureSummary"])
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def _asked(self) -> list[str]:
        entries = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [
            entry["params"]["request"]["url"] for entry in entries if entry["method"] == "Network.requestWillBeSent"
        ]
