"""The reporter: numbers that people can read, and a first sentence that claims what was shown."""

import functools
import re

import numpy as np
import pytest

from autograder.examining.checks import close, expect
from autograder.examining.errors import StudentError

LOOK = "'4.61 ms [4.55, 4.70]': three significant digits each, and no exponent."
PLAIN = (7.3456, 7.2149, 7.5), "7.35 ms [7.21, 7.50]"


def text(yours):
    """What came back, if it is a text."""
    assert isinstance(yours, str), expect(yours, "a text", "Return the text.")
    return yours


def written(student, value, low, high):
    """What with_interval makes of three numbers in ms, asked for once."""

    def run():
        return text(student.with_interval(value, student.made(student.Interval, low, high, 0.95), "ms"))

    return student.once(("written", value, low, high), run)


def differ(one, other):
    """Check that two inputs do not get the same text."""
    assert one != other, expect("one text for two inputs", "two texts", "What is written depends on the input.")


def numbers(text):
    """The numbers in a text, as they are written."""
    return [number.rstrip(".") for number in re.findall(r"\d[\d.]*(?:[eE][+-]?\d+)?", text)]


def plus_minus(text, value, low, high):
    """Whether a text states a value and half the interval, in three digits: the form has a test of its own."""
    half = (high - low) / 2
    found = [float(number) for number in numbers(text) if number.count(".") < 2]
    return len(found) == 2 and all(abs(f / due - 1) < 0.006 for f, due in zip(found, (value, half), strict=True))


# -- with_interval ----------------------------------------------------------------------------------------------------


@pytest.mark.exercise("with_interval", points=0.2)
def test_value_unit_and_interval_have_their_places(student):
    """A number without its unit, or with a plus-minus of unknown meaning, is read wrongly."""
    yours = written(student, *PLAIN[0])
    look = "Value, unit, then the interval in brackets: '4.61 ms [4.55, 4.70]'."
    placed = re.fullmatch(r"7\.3\d* ms \[7\.\d+, 7\.\d+\]", yours)
    assert placed, expect(yours, PLAIN[1], look)
    interval = student.made(student.Interval, 7.2149, 7.5, 0.95)
    yours = text(student.with_interval(7.3456, interval, "samples/s"))
    assert " samples/s [" in yours, expect(yours, "7.35 samples/s [7.21, 7.50]", look)


@pytest.mark.exercise("with_interval", points=0.2)
def test_the_interval_runs_from_low_to_high(student):
    """Bounds that are swapped, or the value's own, say nothing."""
    given, due = PLAIN
    yours = written(student, *given)
    stated = [float(number) for number in numbers(yours) if number.count(".") < 2]
    right = len(stated) == 3 and all(abs(s / g - 1) < 0.006 for s, g in zip(stated, given, strict=True))
    assert right or plus_minus(yours, *given), expect(yours, due, "interval.low comes first, then interval.high.")


DIGITS = [
    PLAIN,
    ((73.456, 72.149, 75.0), "73.5 ms [72.1, 75.0]"),
    ((0.39, 0.3751, 0.4), "0.390 ms [0.375, 0.400]"),
    ((0.0734, 0.07, 0.0771), "0.0734 ms [0.0700, 0.0771]"),
    ((734.56, 721.49, 750.0), "735 ms [721, 750]"),
]


def states_three_digits(student, given, due):
    """Whether three digits of each number are stated; what stands where has tests of its own. Returns the text too."""
    yours = written(student, *given)
    return sorted(numbers(yours)) == sorted(numbers(due)) or plus_minus(yours, *given), yours


@pytest.mark.exercise("with_interval", points=0.3)
def test_three_digits_are_stated(student):
    """Digits beyond the third claim what no run can show; fewer hide a difference."""
    for given, due in DIGITS:
        right, yours = states_three_digits(student, given, due)
        assert right, expect(yours, due, LOOK)


@pytest.mark.exercise("with_interval", points=0.15)
def test_large_and_small_numbers_have_no_exponent(student):
    """4.12e+05 is for machines."""
    for given, due in [
        ((734_561.0, 721_490.0, 750_000.0), "735000 ms [721000, 750000]"),
        ((0.0073, 0.0072149, 0.0075), "0.00730 ms [0.00721, 0.00750]"),
    ]:
        yours = written(student, *given)
        plain = not re.search(r"\d[eE][+-]?\d", yours)
        # How many digits there are has a test of its own: of the small number any will do.
        first = float((numbers(yours) or ["0"])[0])
        stated = given[0] < 1 or abs(first / given[0] - 1) < 0.006
        right = plain and stated
        assert right, expect(yours, due, LOOK)


@pytest.mark.exercise("with_interval", points=0.15)
def test_a_zero_is_written_as_one(student):
    """A coarse clock measures 0 ns, and the logarithm of 0 does not exist."""
    given, due, look = (0.0, 0.0, 0.0734), "0.00 ms [0.00, 0.0734]", "A zero is 0.00."
    try:
        yours, other = written(student, *given), written(student, *PLAIN[0])
        first = (numbers(yours) or ["none"])[0]
    except StudentError as error:
        raise AssertionError(expect(f"value 0: {error}", due, look)) from None
    digits = all(states_three_digits(student, *case)[0] for case in DIGITS)
    right = first == "0.00" or (not digits and re.fullmatch(r"0(\.0*)?", first))  # digits have a test of their own
    assert right, expect(f"value 0: {yours}", f"value 0: {due}", look)
    differ(yours, other)


# -- answer -----------------------------------------------------------------------------------------------------------

SHOWN = "an improvement beyond the margin was shown"
NOT_SHOWN = "no improvement beyond the margin was shown"
WORSE = "the model answers worse than 99 % of the baseline's accuracy"
DO_NOT_COUNT = "the runs do not count, so they show nothing"
ALONE = "no baseline was set, so nothing was compared"


def named(seed):
    """Names of a model and a baseline that nobody could guess."""
    return tuple(f"Net {n}" for n in np.random.default_rng(seed).choice(np.arange(1000, 10_000), size=2, replace=False))


def compared(student, scenario, ratio, verdict):
    """A comparison with this verdict."""
    interval = student.made(student.Interval, 0.9 * ratio, 1.1 * ratio, 0.95)
    return student.made(
        student.Comparison,
        scenario=scenario,
        quantity="time per sample",
        unit="ms",
        model_value=ratio,
        baseline_value=1.0,
        ratio=ratio,
        interval=interval,
        p_value=1e-6,
        p_adjusted=1e-6,
        verdict=verdict,
    )


def said(student, seed, why, *verdicts, significant=False, valid=True, alone=False):
    """The answer to a validation with a comparison for each (ratio, verdict)."""
    scenarios = ("offline", "single_stream", "server")
    comparisons = [compared(student, s, *each) for s, each in zip(scenarios, verdicts, strict=False)]
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
    return text(student.answer(validation, model, None if alone else baseline))


FASTER, EVEN, OPEN = (0.5, "faster"), (0.99, "equivalent"), (0.8, "not resolved")


def shown_faster(student, seed, **words):
    """The answer where an improvement was shown."""
    make = functools.partial(said, student, seed, SHOWN, FASTER, significant=True, **words)
    return student.once(("faster", *words), make)


def not_shown(student, seed):
    """The answer where none was."""
    return student.once("not shown", lambda: said(student, seed, NOT_SHOWN, OPEN))


def not_counted(student, seed):
    """The answer where runs do not count."""
    return student.once("not counted", lambda: said(student, seed, DO_NOT_COUNT, valid=False))


def claims(text):
    return "faster" in text.lower()


@pytest.mark.exercise("answer", points=0.5)
def test_a_shown_improvement_is_said(student, seed):
    """A report that never says what was found is read by nobody."""
    yours = shown_faster(student, seed)
    differ(yours, not_shown(student, seed))
    look = "Where validation.significant is true the answer says 'faster'."
    assert claims(yours), expect("no claim of a faster model", "the model is said to be faster", look)


@pytest.mark.exercise("answer", points=0.5)
def test_what_was_not_shown_is_not_claimed(student, seed):
    """Not significant is not a little faster: the answer says why nothing was shown."""
    yours = not_shown(student, seed)
    look = "Say 'faster' only if validation.significant."
    assert not claims(yours), expect(yours, "no claim of a faster model", look)
    assert NOT_SHOWN in yours, expect(yours, "a sentence that quotes validation.why", "Quote validation.why.")


@pytest.mark.exercise("answer", points=0.4)
def test_one_faster_comparison_is_not_the_answer(student, seed):
    """A model that is faster and answers worse has not won: the verdict of one comparison does not decide."""
    yours, other = said(student, seed, WORSE, FASTER), not_shown(student, seed)
    differ(yours, shown_faster(student, seed))
    look = "Ask validation.significant, not the verdicts of the comparisons."
    # Whoever claims whatever the verdict is has just had a test of their own.
    kept = not claims(yours) or claims(other)
    assert kept, expect("the model is said to be faster", "no claim of a faster model", look)


@pytest.mark.exercise("answer", points=0.4)
def test_invalid_runs_show_nothing(student, seed):
    """Runs that do not count must not look like runs that found nothing, much less like a success."""
    yours, look = not_counted(student, seed), "Runs that are not valid show nothing: say so."
    assert "INVALID" in yours, expect(yours, "a sentence with INVALID", look)
    assert not claims(yours), expect(yours, "no claim of a faster model", look)
    for counts in (not_shown(student, seed), shown_faster(student, seed)):
        assert "INVALID" not in counts, expect(counts, "a sentence without INVALID", "Valid runs are not INVALID.")


@pytest.mark.exercise("answer", points=0.3)
def test_some_invalid_runs_do_not_hide_a_claim(student, seed):
    """An improvement in one scenario was shown although a run of another does not count: both are said."""
    yours = shown_faster(student, seed, valid=False)
    never = not claims(shown_faster(student, seed))  # a claim that is never made has a test of its own
    look = "Where validation.significant and not validation.valid, say 'faster' and INVALID."
    silent = "INVALID" not in not_counted(student, seed)  # has just had a test of its own
    kept = (claims(yours) or never) and ("INVALID" in yours or silent) and not (never and silent)
    assert kept, expect(yours, "a sentence with 'faster' and INVALID", look)


@pytest.mark.exercise("answer", points=0.4)
def test_it_is_said_by_how_much(student, seed):
    """'Faster' alone is an advertisement: 2.5 times in one scenario, 4 times in the other, and nothing in the third."""
    cases = [(0.4, "faster"), (0.25, "faster"), (0.7, "not resolved")]
    yours = said(student, seed, SHOWN, *cases, significant=True)
    never = not claims(yours) and SHOWN in yours  # which has a test of its own
    for name in named(seed):
        yours = yours.replace(name, "")
    found = [float(number) for number in numbers(yours) if number.count(".") < 2]
    times = [any(close(f, due, rel=0.006) for f in found) for due in (2.5, 4.0, 1 / 0.7)]
    look = "Say 1 / ratio of each comparison whose verdict is 'faster', and of no other."
    assert times == [True, True, False] or never, expect(yours, "a sentence with 2.5 and 4 times", look)


@pytest.mark.exercise("answer", points=0.25)
def test_both_are_named(student, seed):
    """'It is faster' is no answer for someone who was not there."""
    for yours in (shown_faster(student, seed), not_shown(student, seed)):
        missing = [name for name in named(seed) if name not in yours]
        look = "Name the model and the baseline in the sentence."
        assert not missing, expect(f"{len(missing)} of 2 names missing", "0 of 2 names missing", look)


@pytest.mark.exercise("answer", points=0.25)
def test_a_model_alone_is_compared_with_nothing(student, seed):
    """Without a baseline the name of the baseline is not 'None'."""
    yours = said(student, seed, ALONE, alone=True)
    assert "None" not in yours, expect(yours, "no mention of a baseline", "baseline_name may be None: leave it out.")
    assert named(seed)[0] in yours, expect(yours, "the model's name", "Name the model.")
    differ(yours, not_shown(student, seed))
