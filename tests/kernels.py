"""A kernel with somebody in front of it, who answers what a cell asks; and Colab's, whose page has the notebook."""

from __future__ import annotations

import gc
import json
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager
from jupyter_core.utils import ensure_event_loop

COLAB_PAGE = Path(__file__).with_name("colab_page")
_COLAB = "import google.colab, runpy; runpy.run_module('ipykernel_launcher', run_name='__main__')"


class Person:
    """Somebody who runs cells. `asked` are the questions so far, `answers` what is answered, one a question."""

    def __init__(self, client, manager) -> None:
        self.client, self.manager = client, manager
        self.asked: list[tuple[str, bool]] = []

    def run(self, code: str, *answers, asks: bool = True) -> dict[str, str]:
        """Run a cell; return what it printed, showed as text and as HTML, and the error's name, words and traceback.

        An answer may be a function: what the person does before pressing Enter. Without `asks` nobody is there.
        """
        left, shown = list(answers), dict.fromkeys(("printed", "text", "html", "error", "traceback"), "")

        def heard(message) -> None:
            content = message["content"]
            if message["msg_type"] == "stream":
                shown["printed"] += content["text"]
            elif message["msg_type"] in ("execute_result", "display_data"):
                shown["text"] += content["data"].get("text/plain", "")
                shown["html"] += content["data"].get("text/html", "")
            elif message["msg_type"] == "error":
                shown["error"] = f"{content['ename']}: {content['evalue']}"
                shown["traceback"] = "\n".join(content["traceback"])

        def answered(message) -> None:
            self.asked.append((message["content"]["prompt"], message["content"]["password"]))
            answer = left.pop(0)
            self.client.input(answer() or "" if callable(answer) else answer)

        self.client.execute_interactive(
            code, store_history=True, allow_stdin=asks, output_hook=heard, stdin_hook=answered, timeout=300
        )
        assert not left, f"it did not ask for {left}"
        return shown


@contextmanager
def kernel(
    python: str, folder: Path, path: Sequence[Path], colab: Path | None = None, **environ: str
) -> Iterator[Person]:
    """Start a kernel of an interpreter in a folder; with `colab` one of Colab's, whose page's notebook is that file."""
    places = [*path, *([COLAB_PAGE] if colab else [])]
    kept = {name: value for name, value in os.environ.items() if name not in ("JPY_SESSION_NAME", "PYTHONPATH")}
    environ = {**kept, "PYTHONPATH": os.pathsep.join(map(str, places)), **environ}
    environ |= {"COLAB_PAGE": str(colab)} if colab else {}
    start = ["-c", _COLAB] if colab else ["-m", "ipykernel_launcher"]
    manager = KernelManager()
    manager._kernel_spec = KernelSpec(
        argv=[python, *start, "-f", "{connection_file}"], display_name="", language="python"
    )
    manager.start_kernel(cwd=str(folder), env=environ)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        yield Person(client, manager)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        with warnings.catch_warnings():  # Jupyter's client leaves event loops open, which no later test is to be told
            warnings.simplefilter("ignore", ResourceWarning)
            ensure_event_loop().close()
            gc.collect()


def with_source(data: bytes, grade_id: str, source: str) -> bytes:
    """Return a notebook in which the cell of this name has another source."""
    document = json.loads(data)
    [cell] = [each for each in document["cells"] if each["metadata"].get("nbgrader", {}).get("grade_id") == grade_id]
    cell["source"] = source
    return json.dumps(document).encode()
