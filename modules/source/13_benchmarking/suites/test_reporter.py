"""The reporter: numbers that people can read, and a first sentence that claims what was shown."""

import re

import numpy as np
import pytest

from autograder.examining.checks import expect

LOOK = "'4.61 ms [4.55, 4.70]': three significant digits each, and no exponent."


def measured(student, seed, scale):
    """A value with its interval, all of the same magnitude: (value, low, high, what with_interval makes of them)."""
    value = float(np.random.default_rng(seed).uniform(3.0, 8.0)) * scale
    low, high = value * 0.914159, value * 1.071828
    return value, low, high, student.with_interval(value, student.made(student.Interval, low, high, 0.95), "ms")


def three_digits(number, decimals):
    return f"{float(f'{number:.2e}'):.{decimals}f}"


def numbers(text):
    """The numbers in a text, as they are written."""
    return re.findall(r"\d[\d.]*(?:[eE][+-]?\d+)?", text) if isinstance(text, str) else []


def plus_minus(text, value, low, high):
    """Whether a text states a value and half the interval, in three digits: the form has a test of its own."""
    half = (high - low) / 2
    found = [float(number) for number in numbers(text) if number.count(".") < 2]
    return len(found) == 2 and all(abs(f / due - 1) < 0.006 for f, due in zip(found, (value, half), strict=True))


# -- with_interval ----------------------------------------------------------------------------------------------------


@pytest.mark.exercise("with_interval", points=0.5)
def test_value_unit_and_interval_have_their_places(student, seed):
    """A number without its unit, or with a plus-minus of unknown meaning, is read wrongly."""
    *_, text = measured(student, seed, 1.0)
    look = "Value, unit, then the interval in brackets: '4.61 ms [4.55, 4.70]'."
    placed = isinstance(text, str) and re.fullmatch(r"\S+ ms \[\S+, \S+\]", text)
    assert placed, expect(text, "4.61 ms [4.55, 4.70]", look)


@pytest.mark.exercise("with_interval", points=0.5)
def test_the_interval_runs_from_low_to_high(student, seed):
    """Bounds that are swapped, or the value's own, say nothing."""
    value, low, high, text = measured(student, seed, 1.0)
    stated = [float(number) for number in numbers(text) if number.count(".") < 2]
    right = len(stated) == 3 and all(
        abs(s / due - 1) < 0.006 for s, due in zip(stated, (value, low, high), strict=True)
    )
    due = f"{value:.2f} ms [{low:.2f}, {high:.2f}]"
    right = right or plus_minus(text, value, low, high)
    assert right, expect(text, due, "interval.low comes first, then interval.high.")


@pytest.mark.exercise("with_interval", points=0.5)
def test_three_digits_are_stated(student, seed):
    """Digits beyond the third claim what no run can show; fewer hide a difference."""
    for scale, decimals in [(1.0, 2), (10.0, 1), (0.1, 3)]:
        value, low, high, text = measured(student, seed, scale)
        due = [three_digits(number, decimals) for number in (value, low, high)]
        digits = sorted(numbers(text)) == sorted(due) or plus_minus(text, value, low, high)
        assert digits, expect(text, f"{due[0]} ms [{due[1]}, {due[2]}]", LOOK)


@pytest.mark.exercise("with_interval", points=0.5)
def test_large_and_small_numbers_have_no_exponent(student, seed):
    """4.12e+05 is for machines."""
    for scale in (100_000.0, 0.001):
        value, low, high, text = measured(student, seed, scale)
        plain = isinstance(text, str) and not re.search(r"\d[eE][+-]?\d", text)
        due = [three_digits(number, 0 if scale > 1 else 5) for number in (value, low, high)]
        assert plain, expect(text, f"{due[0]} ms [{due[1]}, {due[2]}]", LOOK)


# -- answer -----------------------------------------------------------------------------------------------------------

SHOWN = "an improvement beyond the margin was shown"
NOT_SHOWN = "no improvement beyond the margin was shown"
WORSE = "the model answers worse than 99 % of the baseline's accuracy"
DO_NOT_COUNT = "the runs do not count, so they show nothing"


def named(seed):
    """Names of a model and a baseline that nobody could guess."""
    return tuple(f"Net {n}" for n in np.random.default_rng(seed).choice(np.arange(1000, 10_000), size=2, replace=False))


def said(student, seed, why, verdict="faster", significant=False, valid=True, alone=False):
    """The answer to a validation with one comparison (none where the model is alone)."""
    interval = student.made(student.Interval, 0.45, 0.55, 0.95)
    compared = student.made(
        student.Comparison,
        scenario="offline",
        quantity="time per sample",
        unit="ms",
        model_value=1.0,
        baseline_value=2.0,
        ratio=0.5,
        interval=interval,
        equivalence_interval=interval,
        p_value=1e-6,
        p_adjusted=1e-6,
        verdict=verdict,
        required_rounds=None,
    )
    comparisons = [] if alone else [compared]
    validation = student.made(
        student.Validation,
        significant=significant,
        valid=valid,
        comparisons=comparisons,
        pitfalls=[],
        accuracy=None,
        why=why,
    )
    model, baseline = named(seed)
    text = student.answer(validation, model, None if alone else baseline)
    assert isinstance(text, str), expect(f"a {type(text).__name__}", "a sentence", "Return the sentence.")
    return text


def claims(text):
    return "faster" in text.lower()


@pytest.mark.exercise("answer", points=1)
def test_a_shown_improvement_is_said(student, seed):
    """A report that never says what was found is read by nobody."""
    text = said(student, seed, SHOWN, significant=True)
    look = "Where validation.significant is true the answer says 'faster'."
    assert claims(text), expect("no claim of a faster model", "the model is said to be faster", look)


@pytest.mark.exercise("answer", points=0.5)
def test_what_was_not_shown_is_not_claimed(student, seed):
    """Not significant is not a little faster: the answer says why nothing was shown."""
    text = said(student, seed, NOT_SHOWN, verdict="not resolved")
    assert not claims(text), expect(text, "no claim of a faster model", "Say 'faster' only if validation.significant.")
    assert NOT_SHOWN in text, expect(text, "a sentence that quotes validation.why", "Quote validation.why.")


@pytest.mark.exercise("answer", points=0.5)
def test_one_faster_comparison_is_not_the_answer(student, seed):
    """A model that is faster and answers worse has not won: the verdict of one comparison does not decide."""
    text = said(student, seed, WORSE)
    look = "Ask validation.significant, not the verdicts of the comparisons."
    # Whoever claims whatever the verdict is has just had a test of their own.
    kept = not claims(text) or claims(said(student, seed, NOT_SHOWN, verdict="not resolved"))
    assert kept, expect("the model is said to be faster", "no claim of a faster model", look)


@pytest.mark.exercise("answer", points=0.5)
def test_invalid_runs_show_nothing(student, seed):
    """Runs that do not count must not look like runs that found nothing, much less like a success."""
    text = said(student, seed, DO_NOT_COUNT, valid=False)
    assert "INVALID" in text, expect(text, "a sentence with INVALID", "Runs that are not valid show nothing: say so.")
    assert not claims(text), expect(text, "no claim of a faster model", "Runs that are not valid show nothing: say so.")


@pytest.mark.exercise("answer", points=0.25)
def test_both_are_named(student, seed):
    """'It is faster' is no answer for someone who was not there."""
    text = said(student, seed, SHOWN, significant=True)
    missing = [name for name in named(seed) if name not in text]
    look = "Name the model and the baseline in the sentence."
    assert not missing, expect(f"{len(missing)} of 2 names missing", "0 of 2 names missing", look)


@pytest.mark.exercise("answer", points=0.25)
def test_a_model_alone_is_compared_with_nothing(student, seed):
    """Without a baseline the name of the baseline is not 'None'."""
    text = said(student, seed, "no baseline was set, so nothing was compared", alone=True)
    assert "None" not in text, expect(text, "no mention of a baseline", "baseline_name may be None: leave it out.")
    assert named(seed)[0] in text, expect(text, "the model's name", "Name the model.")
