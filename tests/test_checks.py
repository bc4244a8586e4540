"""The words and comparisons of the suites: exact about types, short about values."""

import numpy as np
import pytest

from autograder.examining.checks import MAX_SHOWN, close, expect, same_array, shown


def test_two_lines_to_compare_and_where_to_look():
    assert expect(0.41, 1.0, "Look at the gaps.") == "Yours: 0.41\nExpected: 1\nLook at the gaps."
    assert expect("about 5", None) == "Yours: about 5\nExpected: None"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1 / 3, "0.333333"),
        (np.float64(2), "2"),
        (np.int64(7), "7"),
        (True, "True"),
        ([1, 2.5, "a"], "[1, 2.5, 'a']"),
        ((1.0,), "(1)"),
        ({"a": 1}, "{'a': 1}"),
        (np.arange(6), "int64 array of shape (6,): 0, 1, 2, 3, 4, ..."),
        (10**100, "an int of more than 60 digits"),
        (object(), "a object"),
        ("a\nb\x1b[31m\ud800", "a b [31m "),
    ],
)
def test_values_are_shown_in_words(value, words):
    assert shown(value) == words


@pytest.mark.parametrize(
    "value", ["x" * 10**6, list(range(10**5)), b"x" * 10**6, [[["deep"] * 50] * 50] * 50, {"x" * 999: 1}]
)
def test_no_value_is_shown_at_length(value):
    assert len(shown(value)) <= MAX_SHOWN
    assert "\n" not in shown(value)


class AlwaysEqual(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


def test_close_takes_numbers_of_the_exact_types():
    assert close(2, 2)
    assert close(np.float64(2.0 + 1e-12), 2.0)
    assert close(2.5, 2.0, abs=0.6)
    for value in (2.1, True, "2", None, np.array([2.0]), AlwaysEqual(2.0), float("nan"), float("inf")):
        assert not close(value, 2.0), value
    assert not close(True, 1.0)


def test_same_array_takes_arrays_of_the_same_kind_and_shape():
    due = np.array([1, 2, 3])
    assert same_array(due.astype(np.int32), due)
    assert same_array(np.array([1.0, np.nan]), [1.0, np.nan])
    assert same_array(np.array([1.0, 2.05]), [1.0, 2.0], abs=0.1)
    for value in ([1, 2, 3], due.astype(float), due[:2], due.reshape(3, 1), due + 1, due > 1, None):
        assert not same_array(value, due), value
