"""A PostgreSQL server of a test's own, which can be stopped and started: Debian's, also where root runs the tests."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from port_for import get_port


class Server:
    """One server in a folder of its own; `url` is for a database of a name."""

    def __init__(self) -> None:
        """Make it and start it."""
        self._bin = newest()
        self._folder = Path(tempfile.mkdtemp(prefix="mailbox-pg-"))
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # it refuses to be run by root
        if self._as:
            shutil.chown(self._folder, "postgres")
        self.port = int(get_port(None) or 0)
        self._run("initdb", "-D", str(self._folder / "data"), "-U", "mailbox", "-A", "trust", "-E", "UTF8")
        self.start()

    def url(self, name: str) -> str:
        """Make a database and return its URL."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "mailbox", name)
        return f"postgresql+psycopg://mailbox@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        self._run(
            "pg_ctl", "-D", str(self._folder / "data"), "-l", str(self._folder / "log"), "-w", "-o", options, "start"
        )

    def stop(self) -> None:
        """Cut all connections, as when it crashes."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "stop")

    def close(self) -> None:
        """Stop it and remove all."""
        self.stop()
        shutil.rmtree(self._folder)

    def _run(self, program: str, *words: str) -> None:
        command = [*self._as, str(self._bin / program), *words]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{program}: {done.stderr}"


def newest() -> Path:
    """Return where the newest PostgreSQL's programs are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    assert found, "PostgreSQL is missing: on Debian, apt install postgresql"
    return found[-1]
