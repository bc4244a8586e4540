"""One process of the web side: uvicorn on a socket that was opened before, so that a restart refuses nobody."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import uvicorn

from autograder.mailbox.mailbox import open_mailbox
from autograder.mailbox.serving.child import begin
from autograder.mailbox.web.app import make_app

SOCKET = "AUTOGRADER_MAILBOX_SOCKET"
BACKLOG = 2048  # connections that wait while a process starts again
SWITCH_S = (
    0.0005  # threads that write keep the one that answers waiting for so long; 0.005, as it is, took a third longer
)
AT_ONCE = 1000  # requests of one process; what is more is answered 503


def serve(course: Path, listening: socket.socket) -> None:
    """Answer until a signal comes. Raises what `open_mailbox` raises."""
    sys.setswitchinterval(SWITCH_S)
    mailbox = open_mailbox(course)
    config = uvicorn.Config(
        make_app(mailbox),
        log_config=None,  # `begin` has set it
        access_log=False,  # it would write queries
        server_header=False,
        limit_concurrency=AT_ONCE,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=20,
        backlog=BACKLOG,
    )
    uvicorn.Server(config).run(sockets=[listening])
    mailbox.close()


def listen(host: str, port: int) -> socket.socket:
    """Open the socket. Raises OSError with the address."""
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(kind, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise ValueError(
            f"{host}:{port} cannot be listened on ({error.strerror}); choose another with --host and --port"
        ) from error
    listening.listen(BACKLOG)
    return listening


def main() -> None:
    """Serve the course of the command line on the socket that the watching process opened."""
    begin()
    serve(Path(sys.argv[1]), socket.socket(fileno=int(os.environ.pop(SOCKET))))


if __name__ == "__main__":
    main()
