"""The one question that the course asks of Colab's page. An imitation: the page's notebook is a file."""

import json
import os
from pathlib import Path


class MessageError(Exception):
    """Thrown where the page answers with an error."""


def blocking_request(request_type, request="", timeout_sec=5, parent=None):
    """Return what the page answers, or None where it does not in time."""
    assert (request_type, request) == ("get_ipynb", "")
    page = Path(os.environ["COLAB_PAGE"])
    if page.is_dir():
        raise MessageError("the page is gone")
    return {"ipynb": json.loads(page.read_bytes())} if page.is_file() else None
