"""What an address of a mailbox is: as people paste it, made one form or refused. Asks nothing of the network."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

from tinytorch.handing_in.errors import HandInError

_HERE = ("localhost", "127.0.0.1", "::1")


def normal(address: str) -> str:
    """Return `https://host/path` without a slash at its end, so that one mailbox has one address.

    Raises HandInError for what is no address, for one that holds a password or a query, and for `http`, which would
    show the student's key to everybody on the way, unless the mailbox is on this machine.
    """
    text = "".join(each for each in unicodedata.normalize("NFKC", address) if each.isprintable() and each != " ")
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text.rstrip("/"))
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.scheme.lower() not in ("http", "https"):
        raise HandInError(
            f"an address begins with https:// and a host, such as https://hand-in.example.edu, got {address}"
        )
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise HandInError(f"an address is a host and at most a path, without @, ? and #, got {address}")
    if parts.scheme.lower() == "http" and not is_here(host):
        raise HandInError(f"over http everybody on the way could read your key; use https:// in place of {address}")
    shown = f"[{host}]" if ":" in host else host
    where = shown if port is None else f"{shown}:{port}"
    return f"{parts.scheme.lower()}://{where}{parts.path.rstrip('/').removesuffix('/course')}"


def is_here(host: str) -> bool:
    """Say whether a host is this machine."""
    return host in _HERE or host.endswith(".localhost")
