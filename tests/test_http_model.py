"""A model behind HTTP, asked through a real server on this machine: its answers, its connections and its failures."""

import copy
import json
import pickle
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from tinytorch.adapters import EndpointError, http_model
from tinytorch.benchmarking import RunFailed, Settings, TinyTorchPerf

BATCH = np.arange(6, dtype=np.float32).reshape(3, 2)


class Handler(BaseHTTPRequestHandler):
    """Doubles what it is given; the path says how it misbehaves."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 10

    def do_POST(self):
        self.server.asked.append((self.path, self.client_address[1], dict(self.headers)))
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.path.strip("/").partition("?")[0]
        if kind in ("slow", "hangs"):
            time.sleep({"slow": 0.2, "hangs": 1}[kind])
        if kind == "drops":
            self.close_connection = True
            return
        answer, status = self.answer(kind, body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer) + (9 if kind == "cut" else 0)))
        if kind == "closes":
            self.send_header("Connection", "close")
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(answer)
        if kind in ("cut", "closes_unsaid"):
            self.close_connection = True

    def answer(self, kind, body):
        if kind == "raw":
            return body[::-1], 200
        outputs = [[2 * value for value in sample] for sample in json.loads(body)["inputs"]]
        return {
            "error": (b"<h1>out of memory</h1>" * 50, 503),
            "silent": (b"", 500),
            "moved": (b"", 302),
            "text": (b"hello", 200),
            "list": (b"[1, 2, 3]", 200),
            "other": (b'{"predictions": [1, 2, 3]}', 200),
            "ragged": (b'{"outputs": [[1], [1, 2], [3]]}', 200),
            "one": (b'{"outputs": 1}', 200),
            "few": (json.dumps({"outputs": outputs[1:]}).encode(), 200),
        }.get(kind, (json.dumps({"outputs": outputs}).encode(), 200))

    def log_message(self, *arguments):
        pass


class Server(ThreadingHTTPServer):
    """Says nothing where a client has left."""

    def handle_error(self, request, client_address):
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """A server on a free port of this machine; `.asked` is what it was asked, `.url` where it is."""
    with Server(("127.0.0.1", 0), Handler) as http:
        http.asked, http.url = [], f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield http
        http.shutdown()
        thread.join()


@pytest.fixture
def endpoint(server):
    """Return what makes models of that server; their connections are closed at the end."""
    models = []

    def make(path="/predict", **options):
        models.append(http_model(server.url + path, **{"timeout_s": 5.0} | options))
        return models[-1]

    yield make
    for model in models:
        model.close()


def ports(server):
    return [port for _, port, _ in server.asked]


def test_a_batch_goes_there_and_outputs_come_back_over_one_connection(server, endpoint):
    model = endpoint("/predict?version=2")
    for _ in range(5):
        outputs = model(BATCH)
        assert (outputs == 2 * BATCH).all()
    assert len(set(ports(server))) == 1
    path, _, headers = server.asked[0]
    assert path == "/predict?version=2"
    assert headers["Content-Type"] == "application/json"
    assert model.__name__ == server.url.removeprefix("http://") + "/predict"


def test_threads_that_ask_at_once_have_a_connection_each_and_keep_it(server, endpoint):
    model = endpoint("/slow")
    for _ in range(2):
        with ThreadPoolExecutor(4) as pool:
            for outputs in pool.map(model, [BATCH] * 4):
                assert (outputs == 2 * BATCH).all()
    assert len(set(ports(server)[:4])) == 4
    assert set(ports(server)) == set(ports(server)[:4])


@pytest.mark.parametrize("path", ["/closes", "/closes_unsaid"])
def test_a_connection_that_the_server_closes_is_opened_again(server, endpoint, path):
    model = endpoint(path)
    for _ in range(3):
        assert (model(BATCH) == 2 * BATCH).all()
        time.sleep(0.05)
    assert len(set(ports(server))) == 3
    assert len(server.asked) == 3


def test_a_server_that_always_drops_is_given_up(server, endpoint):
    with pytest.raises(EndpointError, match="could not be asked: RemoteDisconnected"):
        endpoint("/drops")(BATCH)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("path", "match"),
    [
        ("/error", r"/error answered 503 Service Unavailable: <h1>out of memory</h1>"),
        ("/silent", r"answered 500 Internal Server Error: nothing else$"),
        ("/moved", r"answered 302 Found: nothing else$"),
        ("/text", r"answered b'hello': Expecting value"),
        ("/list", r'answered b.\[1, 2, 3\].: a JSON object with the key "outputs" is expected'),
        ("/other", r'a JSON object with the key "outputs" is expected'),
        ("/ragged", r"answered .*inhomogeneous"),
        ("/one", r"gave 0 outputs for 3 samples; it must give one for each, in order"),
        ("/few", r"gave 2 outputs for 3 samples; it must give one for each, in order"),
        ("/cut", r"could not be asked: IncompleteRead"),
    ],
)
def test_an_answer_that_is_none_is_said(endpoint, path, match):
    with pytest.raises(EndpointError, match=match) as raised:
        endpoint(path)(BATCH)
    assert len(str(raised.value)) < 400


def test_a_late_answer_is_said_and_not_taken_for_the_next_one(server, endpoint):
    model = endpoint("/hangs", timeout_s=0.2)
    for _ in range(2):
        with pytest.raises(EndpointError, match=r"/hangs did not answer within 0\.2 s"):
            model(BATCH)
    assert len(set(ports(server))) == 2


def test_nobody_there(endpoint, server):
    with pytest.raises(EndpointError, match="could not be asked: ConnectionRefusedError"):
        http_model("http://127.0.0.1:9/predict", timeout_s=2)(BATCH)


def test_headers_and_another_encoding(server, endpoint):
    model = endpoint(
        "/raw",
        headers={"Authorization": "Bearer t"},
        encode=lambda batch: batch.astype(">f4").tobytes(),
        decode=lambda body: np.frombuffer(body[::-1], ">f4").reshape(3, 2),
        content_type="application/octet-stream",
    )
    assert (model(BATCH) == BATCH).all()
    headers = server.asked[0][2]
    assert (headers["Authorization"], headers["Content-Type"]) == ("Bearer t", "application/octet-stream")


def test_a_secret_in_a_header_is_in_no_error(endpoint):
    with pytest.raises(EndpointError) as raised:
        endpoint("/error", headers={"Authorization": "Bearer secret"})(BATCH)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_json_cannot_hold_is_refused(endpoint, value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        endpoint()(np.full((1, 1), value))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "127.0.0.1:80", "http:///predict", "http://user:pw@127.0.0.1/"])
def test_other_addresses_are_refused(url):
    with pytest.raises(ValueError, match="http://host/path") as raised:
        http_model(url)
    assert "pw" not in str(raised.value)


@pytest.mark.parametrize("timeout_s", [0.0, -1.0, float("nan")])
def test_a_timeout_is_positive(timeout_s):
    with pytest.raises(ValueError, match="timeout_s must be positive"):
        http_model("http://127.0.0.1/", timeout_s=timeout_s)


def test_it_is_not_built_anew_but_goes_to_another_process(endpoint):
    model = endpoint()
    with pytest.raises(TypeError, match="lives in the server"):
        copy.deepcopy(model)
    other = pickle.loads(pickle.dumps(model))
    assert (other(BATCH) == model(BATCH)).all()
    other.close()


def test_a_benchmark_of_it_says_that_layout_is_not_controlled(server, endpoint):
    settings = Settings(rounds=2, min_queries=60, min_duration_ns=1_000_000, target_qps=200.0, workers=3, control=False)
    benchmark = TinyTorchPerf(settings, progress=False)
    benchmark.set_model(endpoint())
    benchmark.set_dataset(np.ones((20, 2), np.float32))
    results = benchmark.run_all_scenarios()
    assert not results.layout_controlled
    assert all(run.error is None for result in results.values() for run in result.runs["model"])


def test_an_endpoint_that_fails_ends_the_run_with_its_words(endpoint):
    benchmark = TinyTorchPerf(Settings(rounds=1), progress=False)
    benchmark.set_model(endpoint("/error"))
    benchmark.set_dataset(BATCH)
    with pytest.raises(RunFailed, match=r"failed at query 0 with EndpointError: .*answered 503"):
        benchmark.run_all_scenarios()
