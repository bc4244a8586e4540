"""Small CIFAR-10 archives in the published formats, byte for byte as Python 2 and the C programs wrote them."""

from __future__ import annotations

import hashlib
import io
import struct
import tarfile

import numpy as np

from tinytorch.datasets import cifar
from tinytorch.datasets.download import PublishedFile

ROWS = 4
BATCHES = (*cifar.TRAIN, "test_batch")


def content(batch: str) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(BATCHES.index(batch))
    return rng.integers(0, 256, (ROWS, 3072), dtype=np.uint8), rng.integers(0, 10, ROWS)


def text(value: bytes) -> bytes:
    return b"U" + bytes([len(value)]) + value


def python_batch(pixels: np.ndarray, labels: np.ndarray) -> bytes:
    """The bytes that Python 2's cPickle wrote: protocol 2, str as BINSTRING, arrays through numpy.core.multiarray."""
    dtype = b"cnumpy\ndtype\nq\x0d" + text(b"u1") + b"K\x00K\x01\x87Rq\x0e(K\x03" + text(b"|")
    dtype += b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    shape = b"M" + struct.pack("<H", len(pixels)) + b"M\x00\x0c\x86q\x0c"
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\nq\x06cnumpy\nndarray\nq\x07K\x00\x85q\x08" + text(b"b") + b"\x87Rq\x0a"
    )
    array += b"(K\x01" + shape + dtype + b"\x89T" + struct.pack("<i", pixels.size) + pixels.tobytes() + b"tb"
    names = b"".join(text(b"leptodactylus_pentadactylus_s_%06d.png" % row) for row in range(len(labels)))
    return (
        b"\x80\x02}q\x01("
        + text(b"batch_label") + b"q\x02" + text(b"training batch 1 of 5") + b"q\x03"
        + text(b"labels") + b"q\x04]q\x05(" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
        + text(b"data") + b"q\x06" + array
        + text(b"filenames") + b"q\x0f]q\x10(" + names + b"e"
        + b"u."
    )  # fmt: skip


def binary_batch(pixels: np.ndarray, labels: np.ndarray) -> bytes:
    return b"".join(bytes([label]) + row.tobytes() for row, label in zip(pixels, labels, strict=True))


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, raw in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            tar.addfile(info, io.BytesIO(raw))
    return out.getvalue()


def python_archive() -> bytes:
    batches = {f"cifar-10-batches-py/{name}": python_batch(*content(name)) for name in BATCHES}
    return archive({"cifar-10-batches-py/batches.meta": b"not read", **batches})


def binary_archive() -> bytes:
    batches = {f"cifar-10-batches-bin/{name}.bin": binary_batch(*content(name)) for name in BATCHES}
    return archive({"cifar-10-batches-bin/readme.html": b"<html>", **batches})


def published(original: PublishedFile, raw: bytes, url: str = "http://127.0.0.1:9/none") -> PublishedFile:
    return PublishedFile(original.name, url, len(raw), hashlib.sha256(raw).hexdigest())


def expected(*batches: str) -> tuple[np.ndarray, np.ndarray]:
    pixels, labels = zip(*(content(batch) for batch in batches), strict=True)
    return np.concatenate(pixels).reshape(-1, 3, 32, 32), np.concatenate(labels)
