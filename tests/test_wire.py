"""The codec: what it lets through comes out the same, to the type; everything else is a WireError and nothing worse."""

import array
import contextlib
import json
import math
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.examining.handles import Handle
from autograder.sandbox import wire
from autograder.sandbox.wire import CallbackRef, CallRef, HandleRef, WireError, decode, dumps, encode, loads

DTYPES = st.sampled_from([np.dtype(name) for name in ("?", "i1", "u2", "<i4", ">i8", "u8", "f2", "<f4", ">f8")])
WHOLE = st.integers(-(2**63), 2**64 - 1)
SCALARS = st.one_of(st.none(), st.booleans(), WHOLE, st.floats(), st.text(max_size=20), st.binary(max_size=20))
ARRAYS = DTYPES.flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
)
NUMPY = DTYPES.flatmap(lambda dtype: hnp.arrays(dtype, ()).map(lambda values: values[()]))
KEYS = st.one_of(st.text(max_size=5), WHOLE, st.tuples(WHOLE, st.text(max_size=3)))
VALUES = st.recursive(
    st.one_of(SCALARS, ARRAYS, NUMPY),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.lists(inner, max_size=4).map(tuple), st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=12,
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from("tdfbanhcex"), inner, max_size=2)
    ),
    max_leaves=12,
)


def refuse(value: object) -> HandleRef:
    raise AssertionError(f"{type(value).__name__} is plain data")


def crossed(value: object) -> object:
    return decode(loads(dumps({"value": encode(value, refuse)}))["value"], refuse)


def same(left: object, right: object) -> bool:
    """Equal, and of the same type, all the way down; nan is nan, and 0.0 is not -0.0."""
    if type(left) is not type(right):
        return False
    match left:
        case float():
            return (math.isnan(left) and math.isnan(right)) or (
                math.copysign(1, left) == math.copysign(1, right) and left == right
            )
        case list() | tuple():
            return len(left) == len(right) and all(map(same, left, right))
        case dict():
            return (
                len(left) == len(right)
                and all(map(same, left, right))
                and all(map(same, left.values(), right.values()))
            )
        case np.ndarray() | np.generic():
            return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
    return left == right


@given(VALUES)
def test_plain_data_comes_out_the_same(value):
    assert same(crossed(value), value)


@given(JSON)
def test_whatever_arrives_is_a_value_or_a_wire_error(data):
    with contextlib.suppress(WireError):
        decode(loads(dumps({"value": data}))["value"], lambda ref: ref)


@given(st.binary(max_size=60))
def test_a_line_of_anything_is_a_message_or_a_wire_error(line):
    with contextlib.suppress(WireError):
        assert isinstance(loads(line), dict)


def test_an_array_that_arrives_can_be_written_to_and_shares_nothing():
    sent = np.arange(3)
    got = crossed(sent)
    got[0] = 9
    assert sent.tolist() == [0, 1, 2]


@pytest.mark.parametrize("typecode", ["b", "H", "q", "Q", "f", "d"])
def test_an_array_of_the_standard_library_arrives_as_one_of_numpy(typecode):
    got = crossed(array.array(typecode, [1, 2, 3]))
    assert type(got) is np.ndarray
    assert got.dtype == np.dtype(typecode)
    assert got.tolist() == [1, 2, 3]


class AlwaysEqual(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class Sly(np.float64):
    def __eq__(self, other):
        return True

    __hash__ = np.float64.__hash__


@pytest.mark.parametrize(
    "value",
    [
        AlwaysEqual(1.0),
        Sly(1.0),
        type("Text", (str,), {})("a"),
        type("Flag", (int,), {})(1),
        type("Row", (tuple,), {})((1,)),
        np.zeros(2).view(type("Mine", (np.ndarray,), {})),
        np.array([object()]),
        np.array(["text"]),
        np.datetime64("2026-11-24"),
        np.longdouble(1),
        {1, 2},
        1j,
        2**64,
        -(2**63) - 1,
        print,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_exactly_plain_stays_where_it_is(value):
    ref = HandleRef(7, "Thing")
    seen = []
    data = encode([value], lambda found: seen.append(found) or ref)
    assert decode(data, lambda found: found) == [ref]
    assert seen[0] is value


def test_references_keep_their_numbers_and_names():
    refs = [HandleRef(3, "QueryLog"), CallbackRef(4, "now_ns", True), CallbackRef(5, "", False)]
    refs.append(CallRef(6, [1, {"t": [2]}], {"d": [["n", 3]]}))
    objects = [object() for _ in refs]
    data = encode(objects, dict(zip(objects, refs, strict=True)).__getitem__)
    assert decode(loads(dumps({"value": data}))["value"], lambda ref: ref) == refs


@pytest.mark.parametrize(
    "data",
    [
        {"x": 1},
        {"t": [1], "d": []},
        {"t": 1},
        {"d": [[1]]},
        {"d": [[[1], 2]]},
        {"f": "1e5"},
        {"b": "no base64!"},
        {"a": ["|O8", [1], "AAAAAAAAAAA="]},
        {"a": ["<f8", [2], "AAAAAAAAAAA="]},
        {"a": ["<f8", [-1], "AAAAAAAAAAA="]},
        {"a": ["<f8", [True], "AAAAAAAAAAA="]},
        {"a": ["<f8", [0, 2**62, 2**62], ""]},
        {"a": ["<f8", [0, 2**29], ""]},
        {"a": ["<f8", [2**11, 2**12, 0], ""]},
        {"a": ["<b8", [1], "AAAAAAAAAAA="]},
        {"a": ["|b1", [1], "Ag=="]},
        {"a": ["<M8", [1], "AAAAAAAAAAA="]},
        {"n": ["<f8", "AAAA"]},
        {"d": [[n * (2**61 - 1), n] for n in range(20)]},
        {"d": [[n, n] for n in range(wire.MAX_PAIRS + 1)]},
        "a" * (wire.MAX_TEXT + 1),
        {"h": [True, "X"]},
        {"c": [1, "now_ns"]},
        {"e": [True, [], {}]},
        {"e": [1, {}, {}]},
        {"e": [1, [], []]},
        {"e": [1, []]},
    ],
    ids=lambda data: json.dumps(data)[:40],
)
def test_a_forged_value_is_refused(data):
    with pytest.raises(WireError):
        decode(data, lambda ref: ref)


def test_nesting_is_bounded_both_ways():
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(WireError, match="deep"):
        encode(endless, refuse)
    deep: list[object] = []
    for _ in range(wire.MAX_DEPTH + 1):
        deep = [deep]
    with pytest.raises(WireError, match="deep"):
        decode(deep, refuse)
    with pytest.raises(WireError):
        loads(b"[" * 100_000 + b"]" * 100_000)


@pytest.mark.parametrize(
    "line",
    [
        *(b"[1]", b"1", b'{"value": NaN}', b'{"value": Infinity}', b"\xff", b'{"v": 1' + b"0" * 5000 + b"}"),
        *(b'{"reply": 1}{"reply": 2}', b'{"reply": 1} 2', b'{"reply": 1}]'),
    ],
)
def test_what_is_no_message_is_refused(line):
    with pytest.raises(WireError):
        loads(line)


def test_size_is_bounded_both_ways(monkeypatch):
    with pytest.raises(WireError, match="items"):
        dumps({"value": [0] * (wire.MAX_ITEMS + 1)})
    with pytest.raises(WireError, match="items"):
        loads(b'{"value":[' + b"[]," * wire.MAX_ITEMS + b"0]}")
    with pytest.raises(WireError, match="bytes"):
        loads(b'"' + b"a" * wire.MAX_BYTES + b'"')
    monkeypatch.setattr(wire, "MAX_BYTES", 100)
    with pytest.raises(WireError, match="51"):
        encode(np.zeros(51, dtype=np.int8), refuse)


@pytest.mark.parametrize(
    "value",
    [np.zeros((0, 2**29)), "a" * (wire.MAX_TEXT + 1), dict.fromkeys(range(wire.MAX_PAIRS + 1))],
    ids=["an axis", "a text", "a dict"],
)
def test_what_is_over_a_limit_is_refused_where_it_is_sent(value):
    with pytest.raises(WireError, match=r"may|long"):
        encode(value, refuse)


SESSION = SimpleNamespace(starts=1)
ONCE = 20_000  # bytes that reading any line takes for a moment
# What takes much memory for its bytes: one of each is repeated as often as a message may hold.
FLOODS = st.one_of(
    st.sampled_from(["[]", '{"t":[]}', '{"d":[]}', "[[]]", "0.5", '"ab"', "12345", '{"h":[1,"f"]}', '{"f":"nan"}']),
    st.sampled_from(
        ['{"n":["|b1","AA=="]}', '{"a":["|b1",[1],"AA=="]}', '{"a":["|b1",[0,4194304],""]}', '{"b":"AA=="}']
    ),
    st.text(max_size=6).map(json.dumps),
    JSON.map(lambda data: json.dumps(data, ensure_ascii=False)),
)


@settings(max_examples=60, deadline=None)
@given(FLOODS, st.integers(0, 8000), st.sampled_from(["", "\U0001f600", "é"]))
def test_what_a_line_builds_takes_no_more_memory_than_it_was_counted_for(item, times, wide):
    line = f'{{"value":[{",".join([item] * times)}],"text":"{wide}{"a" * times}"}}'.encode("utf-8", "replace")
    resolve = lambda ref: Handle(SESSION, ref) if isinstance(ref, HandleRef) else ref  # noqa: E731
    tracemalloc.start()
    try:
        message = loads(line)
        decode(message["value"], resolve)
        most = tracemalloc.get_traced_memory()[1]
    except WireError:
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most <= wire.held(line) + ONCE


@pytest.mark.parametrize(
    "name",
    [f"sandbox/{name}" for name in ("wire", "worker", "operations", "lasting", "process")]
    + ["examining/session", "examining/callbacks"],
)
def test_nothing_on_the_way_can_run_what_arrives(name):
    source = (Path(wire.__file__).parents[1] / f"{name}.py").read_text()
    assert not [word for word in ("pickle", "eval(", "exec(", "marshal", "allow_pickle") if word in source]
