"""A small mailbox that keeps to the contract, in memory, to hold the student's side against; it can fail on request."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

NOW = "2026-12-01T10:00:00Z"


@dataclass
class Box:
    """What the mailbox knows. `faults` are taken one a request: an HTTP status, "drop" to break the connection,
    or a function that is called before it breaks.
    """

    codes: dict[str, str] = field(default_factory=lambda: {"ABCD-EFGH-JKLM": "ada"})
    names: dict[str, str] = field(default_factory=lambda: {"ada": "Ada Lovelace"})
    tokens: dict[str, str] = field(default_factory=dict)
    handed_in: list[dict] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    sent_as: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    faults: list = field(default_factory=list)
    asked: list[tuple[str, str, dict]] = field(default_factory=list)
    due: str | None = "2026-12-20T22:00:00Z"
    max_bytes: int = 20_000_000
    address: str = ""
    after_store: list = field(default_factory=list)  # faults once the file is stored: the receipt does not arrive
    origins: tuple[str, ...] = ()

    def course(self) -> dict:
        return {
            "course": "ML Systems",
            "assignment": "13_benchmarking",
            "notebook": "benchmarking_dev",
            "due": self.due,
            "max_bytes": self.max_bytes,
            "key": base64.b64encode(b"k" * 32).decode(),
        }

    def take(self, student: str, name: str, assignment: str, data: bytes) -> tuple[int, dict]:
        sha256 = hashlib.sha256(data).hexdigest()
        for each in self.handed_in:
            if (each["student"], each["sha256"]) == (student, sha256):
                return 200, self.signed(each)
        number = f"R-2026-{len(self.handed_in) + 1:06}"
        receipt = {"number": number, "course": "ML Systems", "assignment": assignment, "student": student}
        receipt["name"] = self.names[student]
        receipt |= {"received": NOW, "due": self.due, "late": bool(self.due and self.due < NOW)}
        receipt |= {"sha256": sha256, "size": len(data)}
        self.handed_in.append(receipt)
        self.files[number], self.sent_as[number] = data, name
        return 201, self.signed(receipt)

    def signed(self, receipt: dict) -> dict:
        return {"receipt": receipt, "signature": "c2lnbmVk", "key": self.course()["key"]}

    def status(self, receipt: dict) -> dict:
        graded = receipt["number"] in self.pages
        told = {name: receipt[name] for name in ("number", "received", "late", "sha256")}
        told |= {"state": "graded" if graded else "waiting", "answers": None, "feedback": graded}
        return told | {"points": 71.5 if graded else None, "max_points": 85 if graded else None}


@contextmanager
def mailbox() -> Iterator[Box]:
    """Run one on this machine; `address` is where."""
    box = Box()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"box": box}))
    box.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    box: Box

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""

    def answer(self, status: int, said: object, headers: dict[str, str] | None = None) -> None:
        page = isinstance(said, str)
        body = said.encode() if page else json.dumps(said).encode()
        self.send_response(status)
        for name, value in {**self.cors(), **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/html" if page else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def cors(self) -> dict[str, str]:
        origin = self.headers.get("Origin")
        if origin not in self.box.origins:
            return {}
        allowed = {"Methods": "GET, POST", "Headers": "Authorization, Content-Type, X-Client"}
        return {"Access-Control-Allow-Origin": origin} | {f"Access-Control-Allow-{k}": v for k, v in allowed.items()}

    def do_OPTIONS(self) -> None:
        self.answer(200, {})

    def do_GET(self) -> None:
        self.handle_one(b"")

    def do_POST(self) -> None:
        self.handle_one(self.rfile.read(int(self.headers["Content-Length"])))

    def handle_one(self, data: bytes) -> None:
        self.box.asked.append((self.command, self.path, dict(self.headers)))
        fault = self.box.faults.pop(0) if self.box.faults else None
        if fault == "drop":
            self.connection.close()
        elif callable(fault):
            fault()
            self.connection.close()
        elif isinstance(fault, tuple):
            self.answer(*fault)
        elif fault is not None:
            self.answer(fault, {"error": f"a fault of {fault}."}, {"Retry-After": "90"} if fault == 429 else None)
        else:
            self.route(urlsplit(self.path).path, data)

    def route(self, path: str, data: bytes) -> None:
        box = self.box
        if path == "/course":
            return self.answer(200, box.course())
        if path == "/tokens":
            code = json.loads(data)["code"]
            if code not in box.codes:
                return self.answer(403, {"error": "This code is not known or was used; ask your course for a new one."})
            student = box.codes.pop(code)
            token = f"token-{len(box.tokens)}-of-{student}"
            box.tokens[token] = student
            return self.answer(201, {"token": token, "student": student, "name": box.names[student]})
        student = box.tokens.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
        if student is None:
            return self.answer(401, {"error": "This key is not valid."})
        if path == "/submissions" and self.command == "POST":
            query = {name: value for name, [value] in parse_qs(urlsplit(self.path).query).items()}
            status, said = box.take(student, query["name"], query["assignment"], data)
            if box.after_store:
                box.after_store.pop(0)
                return self.connection.close()
            return self.answer(status, said)
        own = [each for each in box.handed_in if each["student"] == student]
        if path == "/submissions":
            return self.answer(200, {"submissions": [box.status(each) for each in reversed(own)]})
        number = path.split("/")[2]
        if number in box.pages and any(each["number"] == number for each in own):
            return self.answer(200, box.pages[number])
        return self.answer(404, {"error": "The feedback is not released yet."})
