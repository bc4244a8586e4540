"""`autograder receipt`: is a receipt the course's, and does a file fit it?"""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commandline import AddCommand, say


def add_receipt(add: AddCommand) -> None:
    """Add the command."""
    receipt = add(
        "receipt",
        "check a receipt that the mailbox gave",
        "autograder receipt receipt-R-2026-000042.json --notebook benchmarking_dev.ipynb",
        "0 it holds, 1 it does not: one sentence says why, 2 wrong arguments",
    )
    receipt.add_argument("file", type=Path, metavar="FILE", help="the receipt, as JSON")
    receipt.add_argument("--notebook", type=Path, metavar="FILE", help="the file that the receipt should be about")
    whose = receipt.add_mutually_exclusive_group()
    whose.add_argument("--key", metavar="KEY", help="the course's public key, as its mailbox shows at /course")
    whose.add_argument("--course", type=Path, metavar="DIR", help="the course's folder, for its key")
    receipt.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check it and say what it says."""
    from autograder.mailbox import receipts
    from autograder.mailbox.secret import NAME, open_secret

    key = options.key
    if options.course is not None:
        folder = options.course / "mailbox"
        if not (folder / NAME).is_file():
            raise ValueError(f"there is no {folder / NAME}; name the course's folder, or its key with --key")
        key = open_secret(folder).public
    document = receipts.read_receipt(options.file)
    fields = receipts.check(document, key)
    if options.notebook is not None and not receipts.fits(fields, options.notebook):
        raise receipts.ReceiptError(f"{options.notebook} is not the file that {fields['number']} is about")
    say(f"{fields['number']}: {fields['assignment']}, {fields['course']}, from {fields['name']} ({fields['student']})")
    say(f"received {fields['received']}{', late' if fields['late'] else ''}; due {fields['due'] or 'never'}")
    say(f"{fields['size']} bytes, SHA-256 {fields['sha256']}{': the file is this one' if options.notebook else ''}")
    say(
        "The signature holds."
        if key
        else f"The signature holds for the key {document['key']}: compare it with the course's."
    )
    return 0
