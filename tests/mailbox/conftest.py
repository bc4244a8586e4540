"""A PostgreSQL for the session, a database of it for each test, and the real lesson's notebooks."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_postgresql.janitor import DatabaseJanitor

from autograder.proving.synthetic import synthetic_class
from tests.mailbox.postgres import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server of this run's own."""
    made = Server()
    yield made
    made.close()


@pytest.fixture
def postgres(server: Server, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    words = {"user": "mailbox", "host": "127.0.0.1", "port": server.port, "dbname": f"t{abs(hash(tmp_path))}"}
    with DatabaseJanitor(**words):
        yield f"postgresql+psycopg://mailbox@127.0.0.1:{server.port}/{words['dbname']}"


@pytest.fixture(scope="session")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Four notebooks of the real lesson with different answers, as students hand them in."""
    folder = tmp_path_factory.mktemp("class")
    synthetic_class(folder, 8, 13)
    found = [path.read_bytes() for path in sorted(folder.rglob("*.ipynb"))]
    readable = [data for data in found if _is_json(data)]
    assert len(readable) >= 4
    return readable[:4]


def _is_json(data: bytes) -> bool:
    try:
        return bool(json.loads(data)["cells"])
    except (ValueError, KeyError, TypeError):
        return False
