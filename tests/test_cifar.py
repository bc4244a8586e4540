"""CIFAR-10 in its real formats, made small: both archives, hostile ones, downloads over loopback."""

from __future__ import annotations

import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from tests.cifar_files import (
    BATCHES,
    binary_archive,
    binary_batch,
    content,
    expected,
    published,
    python_archive,
    python_batch,
)
from tinytorch.datasets import DatasetUnavailable, cifar, cifar10, download, load_dataset


@pytest.fixture(autouse=True)
def no_way_out(monkeypatch, tmp_path):
    """No test here reaches the network or the user's cache; port 9 of this machine refuses."""
    monkeypatch.setenv("TINYTORCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    for name in ("BINARY", "PYTHON"):
        monkeypatch.setattr(cifar, name, published(getattr(cifar, name), b"never"))


@pytest.mark.parametrize(("name", "make"), [("BINARY", binary_archive), ("PYTHON", python_archive)])
@pytest.mark.parametrize(("split", "batches"), [("train", cifar.TRAIN), ("test", ("test_batch",)), ("all", BATCHES)])
def test_both_archives_give_the_same_library(name, make, split, batches, tmp_path, monkeypatch):
    raw = make()
    monkeypatch.setattr(cifar, name, published(getattr(cifar, name), raw))
    (tmp_path / getattr(cifar, name).name).write_bytes(raw)
    library = cifar10(split, folder=tmp_path)
    pixels, labels = expected(*batches)
    np.testing.assert_array_equal(np.rint(library.inputs * 255), pixels)
    np.testing.assert_array_equal(library.labels, labels)
    assert library.inputs.dtype == np.float32
    assert library.name == f"cifar10/{split}"
    assert getattr(cifar, name).name in library.source


@pytest.mark.parametrize(
    ("decode", "raw", "message"),
    [
        (cifar.decode_binary, b"", "records of 3073 bytes, got 0"),
        (cifar.decode_binary, bytes(3072), "got 3072 bytes"),
        (cifar.decode_binary, b"\x0a" + bytes(3072), "labels run from 0 to 9, got 10"),
        (cifar.decode_python, b"\x80\x02].", "something else"),
        (cifar.decode_python, python_batch(np.zeros((2, 3072), np.uint8), np.zeros(3, int)), "pixels per label"),
        (cifar.decode_python, python_batch(np.zeros((1, 3072), np.uint8), np.array([77])), "got 77 to 77"),
    ],
)
def test_what_is_not_a_batch_is_refused(decode, raw, message):
    with pytest.raises(ValueError, match=message):
        decode(raw)


def test_members_are_read_by_name_and_links_and_paths_lead_nowhere(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(binary_batch(*content("test_batch")))
    path = tmp_path / "hostile" / "archive.tar.gz"
    path.parent.mkdir()
    wanted = "cifar-10-batches-bin/test_batch.bin"
    with tarfile.open(path, "w:gz") as tar:
        for name, kind, target in [
            ("../../written", tarfile.REGTYPE, ""),
            (str(tmp_path / "absolute"), tarfile.REGTYPE, ""),
            (wanted, tarfile.SYMTYPE, "../secret"),
            (wanted, tarfile.LNKTYPE, str(secret)),
            (wanted, tarfile.DIRTYPE, ""),
        ]:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            tar.addfile(info)
    with pytest.raises(ValueError, match="holds no regular file"):
        cifar.read_batches(path, [wanted], cifar.decode_binary)
    assert {entry.name for entry in tmp_path.iterdir()} == {"secret", "hostile"}
    assert {entry.name for entry in path.parent.iterdir()} == {"archive.tar.gz"}


@pytest.fixture
def server():
    """Serve `server.body` on loopback, `server.status`, `server.cut` bytes short; count requests."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            web.requests += 1
            self.send_response(web.status)
            self.send_header("Content-Length", str(len(web.body)))
            self.end_headers()
            self.wfile.write(web.body[: len(web.body) - web.cut])

        def log_message(self, *args):
            pass

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.body, web.status, web.cut, web.requests = binary_archive(), 200, 0, 0
    web.url = f"http://127.0.0.1:{web.server_port}/cifar-10-binary.tar.gz"
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield web
    web.shutdown()
    thread.join()
    web.server_close()


def test_a_download_is_checked_kept_and_not_repeated(server, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cifar, "BINARY", published(cifar.BINARY, server.body, server.url))
    library = load_dataset("cifar10")
    np.testing.assert_array_equal(library.labels, expected("test_batch")[1])
    assert "cifar-10-binary.tar.gz" in capsys.readouterr().err
    assert [entry.name for entry in (tmp_path / "cache").iterdir()] == ["cifar-10-binary.tar.gz"]
    assert load_dataset("cifar10").fingerprint == library.fingerprint
    assert server.requests == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cut": 100}, "it ended after|IncompleteRead|more expected"),
        ({"status": 404}, "404"),
        ({"status": 503}, "503"),
        ({"body": b"x" * 700_000}, "more than the published"),
    ],
)
def test_a_download_that_goes_wrong_leaves_nothing(server, tmp_path, monkeypatch, change, message):
    monkeypatch.setattr(cifar, "BINARY", published(cifar.BINARY, server.body, server.url))
    for name, value in change.items():
        setattr(server, name, value)
    with pytest.raises(DatasetUnavailable, match=message):
        load_dataset("cifar10")
    assert list((tmp_path / "cache").iterdir()) == []


def test_content_with_another_checksum_is_not_kept(server, tmp_path, monkeypatch):
    monkeypatch.setattr(cifar, "BINARY", published(cifar.BINARY, server.body, server.url))
    server.body = server.body[:-1] + bytes([server.body[-1] ^ 1])
    with pytest.raises(DatasetUnavailable, match="is not the published file"):
        load_dataset("cifar10")
    assert list((tmp_path / "cache").iterdir()) == []


def test_without_file_and_network_the_error_says_where_and_what_to_do(tmp_path):
    with pytest.raises(DatasetUnavailable) as caught:
        load_dataset("cifar10")
    message = str(caught.value)
    for part in (
        str(tmp_path / "cache"),
        "cifar-10-binary.tar.gz",
        "cifar-10-python.tar.gz",
        "TINYTORCH_CACHE",
        "'digits'",
    ):
        assert part in message
    assert len(message) < 700


def test_a_file_cut_short_is_named_and_not_read(tmp_path, monkeypatch):
    raw = binary_archive()
    monkeypatch.setattr(cifar, "BINARY", published(cifar.BINARY, raw))
    path = tmp_path / cifar.BINARY.name
    path.write_bytes(raw[:-10])
    with pytest.raises(DatasetUnavailable, match="may be cut short; delete it"):
        cifar10(folder=tmp_path)
    assert path.exists()


def test_the_cache_folder_follows_variable_and_platform(monkeypatch, tmp_path):
    assert download.cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("TINYTORCH_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr(download.sys, "platform", "linux")
    assert download.cache_folder() == tmp_path / "xdg" / "tinytorch"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert download.cache_folder() == tmp_path / ".cache" / "tinytorch"
    monkeypatch.setattr(download.sys, "platform", "darwin")
    assert download.cache_folder() == tmp_path / "Library" / "Caches" / "tinytorch"
    monkeypatch.setattr(download.sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert download.cache_folder() == tmp_path / "local" / "tinytorch" / "Cache"
