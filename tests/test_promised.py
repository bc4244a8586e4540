"""Answers of the kind that a docstring promises: what is of another kind fails a test with a sentence."""

import numpy as np
import pytest

from autograder.examining.errors import NoAnswerError, StudentError
from autograder.examining.promised import is_number, number, numbers, refused


def test_a_number_is_finite_and_no_truth():
    """What is not measured is no number: nan, infinity, True, a text, an array of one."""
    assert number(2) == 2
    assert number(np.float64(0.5)) == 0.5
    assert not any(map(is_number, (float("nan"), float("inf"), True, "2", None, np.ones(1), [1.0])))
    with pytest.raises(AssertionError, match="Yours: None\nExpected: a finite number\nLook here"):
        number(None, "Look here.")


@pytest.mark.parametrize("yours", [[1.0, 2.0], (1.0, 2.0), np.array([1.0, 2.0])])
def test_numbers_come_in_any_row(yours):
    """A list, a tuple and an array of two will do where two numbers are promised."""
    assert numbers(yours, 2) == [1.0, 2.0]


@pytest.mark.parametrize(
    "yours", [None, 1.0, "12", [1.0], [1.0, "2"], [1.0, float("nan")], np.ones((2, 2)), np.float64(1)]
)
def test_other_rows_fail_the_test(yours):
    """Each is an assertion with a message, never another error."""
    with pytest.raises(AssertionError, match="Expected"):
        numbers(yours, 2)


def raising(error):
    """A call that raises."""

    def call():
        raise error

    return call


def test_a_refusal_that_is_missing_names_its_call():
    """'Yours: 0.648' does not say what was asked."""
    with pytest.raises(AssertionError, match=r"Yours: p = 1: returned 0\.648\nExpected: p = 1: a ValueError\n"):
        refused({"p = 1": lambda: 0.648})
    with pytest.raises(AssertionError, match=r"Yours: p = 2: raised IndexError: out of range\n"):
        refused({"p = 2": raising(StudentError("IndexError", "out of range"))})


def test_a_refusal_may_be_of_a_derived_class_and_gives_its_message():
    """What is refused is judged by the bases of what was raised."""
    error = StudentError("OddError", "p is 3", ("OddError", "ValueError", "Exception"))
    assert refused({"p = 3": raising(error)}) == ["p is 3"]


def test_what_is_not_written_refuses_nothing():
    """A stub is not taken for a function that refuses."""
    with pytest.raises(NoAnswerError):
        refused({"p = 1": raising(NoAnswerError("NotImplementedError", ""))})
