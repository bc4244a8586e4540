"""A backup in one file while the mailbox runs, and a mailbox from it, on SQLite or PostgreSQL, whichever made it.

First the tables are read, in one transaction; then the files that they speak of, which were there before the rows were.
The file holds the key that signs receipts.
"""

from __future__ import annotations

import io
import json
import os
import re
import secrets
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, func, insert, select, text

from autograder.mailbox import tables
from autograder.mailbox.blobs import Blobs, sync_folder
from autograder.mailbox.database import Database
from autograder.mailbox.mailbox import FOLDER, Mailbox, database_url
from autograder.mailbox.secret import NAME as SECRET
from autograder.temporary import Folder

_TABLES, _GRADEBOOK = "tables.jsonl", "gradebook.db"
_FILE = re.compile(r"files/([0-9a-f]{64})")
_PIECE = 1 << 20


def back_up(mailbox: Mailbox, target: Path) -> str:
    """Write a backup and say what is in it. Raises FileExistsError, OSError."""
    if target.exists():
        raise ValueError(f"{target} is there already; name a file that is not")
    part = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            n = _write(mailbox, file)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, target)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(target.resolve().parent)
    return f"{target}: {n} files handed in, all tables, the key that signs receipts. Keep it where nobody else reads"


def _write(mailbox: Mailbox, file: IO[bytes]) -> int:
    with tarfile.open(fileobj=file, mode="w|") as tar, Folder("backup") as folder:
        dump = folder / _TABLES
        contents = _dump(mailbox.database, dump)
        tar.add(dump, _TABLES)
        _add(tar, SECRET, (mailbox.folder / SECRET).read_bytes())
        if (mailbox.course / _GRADEBOOK).is_file():
            _copy_sqlite(mailbox.course / _GRADEBOOK, folder / _GRADEBOOK)
            tar.add(folder / _GRADEBOOK, _GRADEBOOK)
        for content in contents:
            tar.add(mailbox.blobs.path(content), f"files/{content}")
    return len(contents)


def _dump(database: Database, path: Path) -> list[str]:
    """Write a line a row and return the contents that the rows speak of and that should be there."""
    with database.reading(one_moment=True) as connection, open(path, "w", encoding="utf-8") as file:
        for table in tables.metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                file.write(json.dumps([table.name, dict(row)], ensure_ascii=False) + "\n")
        kept = select(tables.submissions.c.sha256).where(
            tables.submissions.c.sha256.not_in(select(tables.removed.c.sha256))
        )
        return sorted(set(connection.execute(kept).scalars()))


def restore(source: Path, course: Path, url: str | None = None) -> str:
    """Make a mailbox from a backup and say what it holds. Raises ValueError where the course has one, or for damage."""
    folder = course.resolve() / FOLDER
    if (folder / SECRET).exists():
        raise ValueError(f"{folder} holds a mailbox already; restore into a course that has none")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(database_url(folder, url))
    try:
        with database.reading() as connection:
            if connection.execute(select(func.count()).select_from(tables.settings)).scalar_one():
                raise ValueError("that database holds a mailbox already; restore into one that is empty")
        n = _read(source, folder, database)
    except (tarfile.TarError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{source} is no whole backup: {error}") from error
    finally:
        database.close()
    return f"{course}: {n} files. Points and receipts are there; `autograder mailbox regrade` makes results/ again"


def _read(source: Path, folder: Path, database: Database) -> int:
    """Lay out files first, rows then, and the secret at the end, which says that all is there."""
    blobs, rows, secret, n = Blobs(folder), b"", b"", 0
    with tarfile.open(source) as tar:
        for member, file in _members(tar):
            if match := _FILE.fullmatch(member):
                _lay_out(blobs, file, match[1])
                n += 1
            elif member == _TABLES:
                rows = file.read()
            elif member == SECRET:
                secret = file.read()
            elif member == _GRADEBOOK and not (folder.parent / _GRADEBOOK).exists():
                (folder.parent / _GRADEBOOK).write_bytes(file.read())
    if not (rows and secret):
        raise KeyError("its tables or its key are missing")
    blobs.sync()
    with database.writing() as connection:
        _load(connection, rows, database)
    with open(os.open(folder / SECRET, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
    return n


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the files of a backup by name; nothing is unpacked by the name it has there."""
    for member in tar:
        file = tar.extractfile(member) if member.isfile() else None
        if file is not None:
            yield member.name, file


def _lay_out(blobs: Blobs, file: IO[bytes], content: str) -> None:
    incoming = blobs.incoming()
    try:
        while piece := file.read(_PIECE):
            if incoming.feed(piece):
                incoming.flush()
        if incoming.sha256 != content:
            raise KeyError(f"the file {content} is not what its name says")
        blobs.keep(incoming)
    finally:
        incoming.close()


def _load(connection: Connection, rows: bytes, database: Database) -> None:
    by_table: dict[str, list[dict[str, Any]]] = {}
    for line in rows.decode().splitlines():
        name, row = json.loads(line)
        by_table.setdefault(name, []).append(row)
    for table in tables.metadata.sorted_tables:
        if found := by_table.get(table.name):
            connection.execute(insert(table), found)
        if "id" in table.c and table is not tables.students and not database.is_sqlite:
            highest = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
            connection.execute(select(func.setval(text(f"'{table.name}_id_seq'"), highest, False)))


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    tar.addfile(member, io.BytesIO(data))


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database that others write to, whole."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
