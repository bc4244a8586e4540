"""What the mailbox alone knows: the key it signs receipts with, and what makes a stolen table of digests useless.

One file of mode 0600 in the mailbox's folder. Who has it can sign receipts: keep a backup where nobody else reads.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAME = "secret.json"


@dataclass(frozen=True)
class Secret:
    """The signing key and the pepper, 32 random bytes each."""

    seed: bytes
    pepper: bytes

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def public(self) -> str:
        """The public key, base64."""
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def sign(self, data: bytes) -> str:
        """Return the Ed25519 signature, base64; the same data has always the same one."""
        return base64.b64encode(self._key.sign(data)).decode()

    def digest(self, kind: str, text: str) -> str:
        """Return what is stored in place of a code, a token or a session."""
        return hmac.new(self.pepper, f"{kind}\n{text}".encode(), hashlib.sha256).hexdigest()


def open_secret(folder: Path) -> Secret:
    """Read the secret of a mailbox, made the first time. Raises ValueError for a file that holds none."""
    path = folder / NAME
    if not path.exists():
        _make(path)
    try:
        found = json.loads(path.read_bytes())
        return Secret(base64.b64decode(found["ed25519"]), base64.b64decode(found["pepper"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} holds no key any more; restore it from a backup, or receipts cannot be checked"
        ) from error


def _make(path: Path) -> None:
    """Write it whole or not at all; of two processes that begin together the first one's counts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in ("ed25519", "pepper")}
    part = path.with_name(f".{NAME}-{os.getpid()}-{secrets.token_hex(4)}")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(made, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
