"""The pickle reader: faithful on data, deaf to everything else."""

from __future__ import annotations

import io
import os
import pickle
import struct
import warnings
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cifar_files import content, python_batch, text
from tinytorch.datasets import cifar
from tinytorch.datasets.pickled import PickledArray, PickleRefused, read_pickle


def test_the_batches_made_here_are_what_python_2_wrote():
    """The oracle is pickle itself, with the settings CIFAR-10's page gives."""
    pixels, labels = content("test_batch")
    raw = python_batch(pixels, labels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy.core was renamed
        oracle = pickle.loads(raw, encoding="bytes")
    assert list(oracle) == [b"batch_label", b"labels", b"data", b"filenames"]
    ours = read_pickle(raw)
    np.testing.assert_array_equal(ours[b"data"].values, oracle[b"data"])
    assert {k: v for k, v in ours.items() if k != b"data"} == {k: v for k, v in oracle.items() if k != b"data"}


class Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2's str."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def save_str(self, value: bytes) -> None:
        self.write(b"T" + struct.pack("<i", len(value)) + value)
        self.memoize(value)

    dispatch[bytes] = save_str


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31 - 1) | st.binary(max_size=300) | st.text(max_size=20),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.binary(max_size=9), inner),
    max_leaves=20,
)


@given(PLAIN)
def test_plain_values_come_back_as_they_were(value):
    out = io.BytesIO()
    Python2Pickler(out, protocol=2).dump(value)
    assert read_pickle(out.getvalue()) == value


def test_an_array_pickled_by_todays_numpy_is_read():
    array = np.arange(12, dtype=np.uint8).reshape(3, 4)
    out = io.BytesIO()
    Python2Pickler(out, protocol=2).dump(array)
    found = read_pickle(out.getvalue())
    assert isinstance(found, PickledArray)
    np.testing.assert_array_equal(found.values, array)


class Hostile:
    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_that_calls_a_function_is_refused_and_calls_nothing(protocol, tmp_path):
    target = tmp_path / "written"
    raw = pickle.dumps({b"labels": [Hostile(os.mkdir, str(target))]}, protocol=protocol)
    with pytest.raises(PickleRefused):
        read_pickle(raw)
    assert not target.exists()
    pickle.loads(raw)
    assert target.exists(), "the pickle was harmless, so the test above shows nothing"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\x80\x02cposix\nsystem\nU\x02id\x85R.", "names 'posix.system'"),
        (b"\x80\x02cnumpy\nload\n.", "names 'numpy.load'"),
        (b"\x80\x02(U\x02idiposix\nsystem\n.", "uses INST"),
        (b"\x80\x02S'\\y'\n.", "uses STRING"),
        (b"\x80\x02\xff.", "unknown opcode"),
        (b"\x80\x02cnumpy\ndtype\nU\x02O8\x85R.", "other than an array of uint8"),
        (b"\x80\x02cnumpy\nndarray\nK\x05\x85R.", "other than an array of uint8"),
        (b"\x80\x02}U\x01a\x85R.", "not an array's own constructor"),
        (b"\x80\x02}(K\x01K\x02K\x03K\x04K\x05tb.", "something that is not an array"),
        (b"\x80\x02K\x01K\x02a.", "put into a int"),
        (b"\x80\x02K\x01", "damaged"),
        (b"\x80\x02}(U\x01a.", None),
        (b"\x80\x02a.", "damaged"),
        (b"\x80\x02h\x07.", "damaged"),
        (b"\x80\x02(.", "a mark stands where a value should"),
        (b"", "damaged"),
    ],
)
def test_other_pickles_are_refused(raw, message):
    if message is None:
        assert read_pickle(raw) == b"a"  # what was left below the value is nobody's
    else:
        with pytest.raises(PickleRefused, match=message):
            read_pickle(raw)


DOUBLED = b"\x80\x02Nq\x00" + b"h\x00h\x00\x86q\x00" * 60


def test_a_tuple_that_doubles_sixty_times_costs_nothing():
    """Neither hashed as a key nor shown as a shape: both would outlast the course."""
    with pytest.raises(PickleRefused, match="keys are not"):
        read_pickle(DOUBLED + b"}h\x00K\x01s.")
    with pytest.raises(PickleRefused, match="not made of lengths"):
        read_pickle(DOUBLED + array_pickle(b"h\x00", b"u1", b"\x89", b"abcd"))


def array_pickle(shape: bytes, dtype: bytes, order: bytes, raw: bytes) -> bytes:
    start = b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01"
    return start + shape + b"cnumpy\ndtype\n" + text(dtype) + b"K\x00K\x01\x87R" + order + text(raw) + b"tb."


@pytest.mark.parametrize(
    ("shape", "order", "raw"),
    [
        (b"K\x02K\x02\x86", b"\x89", b"abc"),
        (b"K\x02K\x02\x86", b"\x88", b"abcd"),
        (b"J\xff\xff\xff\xff\x85", b"\x89", b"abcd"),
        (b"K\x04", b"\x89", b"abcd"),
        (b"N\x85", b"\x89", b"abcd"),
    ],
)
def test_arrays_that_do_not_add_up_are_refused(shape, order, raw):
    good = read_pickle(array_pickle(b"K\x02K\x02\x86", b"u1", b"\x89", b"abcd"))
    assert good.values.tolist() == [[97, 98], [99, 100]]
    with pytest.raises(PickleRefused):
        read_pickle(array_pickle(shape, b"u1", order, raw))


@given(st.data())
def test_a_damaged_batch_is_refused_or_read_but_nothing_else_happens(data):
    raw = bytearray(python_batch(*content("test_batch")))
    places = st.integers(0, 230) | st.integers(len(raw) - 200, len(raw) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=4)):
        raw[place] = data.draw(st.integers(0, 255))
    try:
        pixels, labels = cifar.decode_python(bytes(raw))
    except ValueError:
        return
    assert pixels.shape == (len(labels), 3, 32, 32)
