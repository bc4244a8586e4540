"""JupyterLite in headless Chromium as its user has it: open the notebook, run all, read what stands there.

Asks the page's own application object, so the site's setting `exposeAppInBrowser` must be on. Knows no lesson.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.book.browser import Browser

_PANEL = "const panel = window.jupyterapp?.shell.currentWidget, cells = panel?.content?.model?.cells;"
_KERNEL = f"{_PANEL} const kernel = panel?.sessionContext?.session?.kernel;"


class Lab:
    """One JupyterLite page with one notebook. In the file `log` Chromium writes down what it asks the network for."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.browser = Browser(f"--log-net-log={log}")
        self.browser.driver.set_script_timeout(300)
        self.started = time.monotonic()

    def seconds(self) -> float:
        """Return how long ago the page was opened."""
        return time.monotonic() - self.started

    def open(self, address: str) -> None:
        """Open the page and wait until the notebook is shown."""
        self.started = time.monotonic()
        self.browser.open(address)
        self.wait(lambda: self.browser.run(f"{_PANEL} return (cells?.length ?? 0) > 1"), 120, "show the notebook")

    def wait_for_kernel(self) -> None:
        """Wait until Python has started."""
        self.wait(lambda: self.browser.run(f"{_KERNEL} return kernel?.status") == "idle", 180, "start the kernel")

    def run_all(self) -> None:
        """Press "Run All Cells"; does not wait."""
        self.browser.run(
            "window.ran = false;"
            "window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => { window.ran = true; })"
        )

    def run(self, number: int, kind: str) -> None:
        """Run one cell, the `number`-th of its kind, from the end where it is negative; does not wait: it may ask."""
        self.browser.run(
            f"{_PANEL} const all = [...cells].flatMap((cell, at) => cell.type === {kind!r} ? [at] : []);"
            f"panel.content.activeCellIndex = all.at({number}); panel.content.scrollToItem(all.at({number}));"
            "window.jupyterapp.commands.execute('notebook:run-cell')"
        )

    def executed(self) -> int:
        """Return how many cells have been executed so far."""
        script = f"{_PANEL} return Math.max(0, ...Array.from(cells).map(cell => cell.executionCount ?? 0))"
        return int(self.browser.run(script))

    def is_done(self) -> bool:
        """Return whether all cells have been run, or one has stopped the others."""
        return bool(self.browser.run("return window.ran"))

    def notebook(self) -> dict[str, Any]:
        """Return the notebook as it stands, as it would be saved."""
        found: dict[str, Any] = self.browser.run(f"{_PANEL} return panel.content.model.toJSON()")
        return found

    def save(self) -> None:
        """Save the notebook into the browser's storage."""
        script = f"const done = arguments[0]; {_PANEL} panel.context.save().then(() => done())"
        self.browser.driver.execute_async_script(script)

    def execute(self, code: str) -> str:
        """Return what `code` prints in the notebook's kernel; an error is printed too."""
        script = f"""
            const [code, done] = arguments, said = []; {_KERNEL}
            const future = kernel.requestExecute({{code: code, store_history: false}});
            future.onIOPub = ({{content}}) => said.push(content.text ?? content.traceback?.join("\\n") ?? "");
            future.done.then(() => done(said.join("")));
        """
        said: str = self.browser.driver.execute_async_script(script, code)
        return said

    def wait(self, condition: Callable[[], Any], seconds: float, what: str) -> None:
        """Wait until `condition` holds. Raises AssertionError, with what the page complains of, when it does not."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"no time left to {what}: {seconds:g} s; {self.browser.complaints()[-5:]}")
            time.sleep(0.2)

    def close(self) -> list[str]:
        """End the browser and return every address, on another host than this, that the page or a worker asked for."""
        self.browser.__exit__()
        return outside(self.log)


def outside(log: Path) -> list[str]:
    """Return what pages and their workers asked other hosts for; Chromium's own look-ups have no page behind them."""
    held = json.loads(log.read_text(encoding="utf-8"))
    kind = held["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    asked = [event["params"] for event in held["events"] if event["type"] == kind and "url" in event.get("params", {})]
    assert any(_is_ours(one["url"]) for one in asked), "the log holds no request of ours, so it shows nothing"
    return [
        one["url"]
        for one in asked
        if one.get("initiator", "not an origin") != "not an origin" and not _is_ours(one["url"])
    ]


def _is_ours(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme not in ("http", "https", "ws", "wss") or parts.hostname == "127.0.0.1"
