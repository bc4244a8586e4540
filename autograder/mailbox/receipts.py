"""Receipts: what was received from whom and when, signed, so that anyone who holds one can check it later.

A receipt file is JSON, `{"receipt": {...}, "signature": "...", "key": "..."}`: the Ed25519 signature over the canonical
JSON of `receipt` (sorted keys, no spaces, UTF-8). Knows nothing of the database.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FIELDS = ("number", "course", "assignment", "student", "name", "received", "due", "late", "sha256", "size")
_LONGEST = 100_000  # bytes of a receipt file


class ReceiptError(ValueError):
    """A receipt that is not to be believed, or no receipt; the message says why."""


@dataclass(frozen=True)
class Receipt:
    """What was signed, as text, and the signature."""

    text: str
    signature: str

    @property
    def data(self) -> dict[str, Any]:
        """The fields by name."""
        found: dict[str, Any] = json.loads(self.text)
        return found

    def document(self, key: str) -> dict[str, Any]:
        """Return what a student keeps; `key` is the course's public key, base64."""
        return {"receipt": self.data, "signature": self.signature, "key": key}


def canonical(fields: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check(document: Any, key: str | None = None) -> dict[str, Any]:
    """Return the fields of a receipt whose signature holds. Raises ReceiptError.

    `key` is the course's public key; without it the receipt's own is taken, which shows that nothing was changed, but
    not who signed.
    """
    fields, signature, own = _parts(document)
    if key is not None and own != key:
        raise ReceiptError(f"this receipt was signed with the key {own}, the course's is {key}: it is not the course's")
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(own, validate=True))
        public.verify(base64.b64decode(signature, validate=True), canonical(fields))
    except (InvalidSignature, ValueError) as error:
        raise ReceiptError("the signature does not fit: the receipt was changed after it was signed") from error
    return fields


def read_receipt(path: Path) -> Any:
    """Return the document in a file. Raises ReceiptError, OSError."""
    with open(path, "rb") as file:
        data = file.read(_LONGEST + 1)
    try:
        if len(data) > _LONGEST:
            raise ValueError
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ReceiptError(f"{path} is no receipt: one is a small JSON file, as the mailbox gave it") from error


def fits(fields: Mapping[str, Any], notebook: Path) -> bool:
    """Say whether a file is the one that the receipt is about. Raises OSError."""
    with open(notebook, "rb") as file:
        return str(fields["sha256"]) == hashlib.file_digest(file, "sha256").hexdigest()


def _parts(document: Any) -> tuple[dict[str, Any], str, str]:
    try:
        fields, signature, key = document["receipt"], document["signature"], document["key"]
    except (KeyError, TypeError, IndexError) as error:
        raise ReceiptError("a receipt has the entries receipt, signature and key; this has not") from error
    if not isinstance(fields, dict) or set(fields) != set(FIELDS):
        raise ReceiptError(f"a receipt says {', '.join(FIELDS)}; this one says something else")
    if not (isinstance(signature, str) and isinstance(key, str)):
        raise ReceiptError("the signature and the key of a receipt are texts; here they are not")
    return fields, signature, key
