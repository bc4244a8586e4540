"""What follows from the comparisons: the seven rules of `conclude`, each beside the one that comes after it."""

import numpy as np
import pytest

from autograder.examining.checks import expect, shown
from autograder.examining.errors import StudentError

WORSE = "the model answers worse than 99 % of the baseline's accuracy"
DO_NOT_COUNT = "the runs do not count, so they show nothing"
NO_BASELINE = "no baseline was set, so nothing was compared"
NO_IMPROVEMENT = "no improvement beyond the margin was shown"
SHOWN = "an improvement beyond the margin was shown"

WHOLE = (0.9, 1.1, 0.95)
# By case: scenario and verdict of each comparison, then what differs from: a baseline, runs that count, "pass".
FASTER, SLOWER = ("offline", "faster"), ("server", "slower")
EQUAL, OPEN, VOID = ("server", "equivalent"), ("single_stream", "not resolved"), ("server", "no claim")
CASES = {
    "faster": ([FASTER], {}),
    "slower": ([SLOWER], {}),
    "faster, then equivalent": ([FASTER, EQUAL], {}),
    "not resolved, then faster": ([OPEN, FASTER], {}),
    "equivalent": ([EQUAL], {}),
    "not resolved, then equivalent": ([OPEN, EQUAL], {}),
    "equivalent, then slower": ([EQUAL, SLOWER], {}),
    "faster, then slower": ([FASTER, SLOWER], {}),
    "slower, then faster": ([SLOWER, FASTER], {}),
    "slower in server, in offline": ([SLOWER, ("offline", "slower")], {}),
    "faster in offline, in server, slower twice": (
        [FASTER, ("server", "faster"), ("single_stream", "slower"), ("server", "slower")],
        {},
    ),
    "faster, accuracy 'fail'": ([FASTER], {"accuracy": "fail"}),
    "runs do not count, accuracy 'fail'": ([FASTER], {"accuracy": "fail", "counts": False}),
    "no baseline, accuracy 'fail'": ([], {"accuracy": "fail", "has_baseline": False}),
    "slower, accuracy 'fail'": ([SLOWER], {"accuracy": "fail"}),
    "faster, accuracy None": ([FASTER], {"accuracy": None}),
    "faster, accuracy 'inconclusive'": ([FASTER], {"accuracy": "inconclusive"}),
    "faster, runs do not count": ([FASTER], {"counts": False}),
    "no baseline, runs do not count": ([], {"has_baseline": False, "counts": False}),
    "'no claim' twice": ([VOID, ("offline", "no claim")], {}),
    "a baseline and no comparison": ([], {}),
    "faster, then 'no claim'": ([FASTER, VOID], {}),
    "no baseline": ([], {"has_baseline": False}),
    "no baseline, yet faster and slower": ([FASTER, SLOWER], {"has_baseline": False}),
}


def compared(student, scenario, verdict):
    """A comparison of which the scenario and the verdict matter."""
    return student.made(student.Comparison, scenario, "time", "ms", 1.0, 1.0, 1.0, WHOLE, 1.0, 1.0, verdict)


def concluded(student):
    """What conclude says of each case: (bool, why), an error, or whatever else came; asked once."""

    def ask():
        usual = {"has_baseline": True, "counts": True, "accuracy": "pass"}
        calls = [
            {"comparisons": [compared(student, *each) for each in comparisons], **usual, **differs}
            for comparisons, differs in CASES.values()
        ]
        return dict(zip(CASES, map(_plain, student.tried(student.conclude, calls)), strict=True))

    return student.once("conclude", ask)


def _plain(value):
    if isinstance(value, StudentError):
        return value
    pair = type(value) in (tuple, list) and len(value) == 2 and isinstance(value[0], bool | np.bool_)
    return (bool(value[0]), value[1]) if pair and type(value[1]) is str else shown(value)


def concludes(student, improved, why, look, *cases):
    """Check some cases. Who says the same of a model alone faster and of one alone slower has looked at nothing."""
    found = concluded(student)
    for case in cases:
        if isinstance(found[case], StudentError):
            raise found[case]
        yours, due = f"{case}: {shown(found[case])}", f"{case}: {(improved, why)}"
        assert found[case] == (improved, why), expect(yours, due, look)
    for case, improved in (("faster", True), ("slower", False)):
        yours = found[case][0] if isinstance(found[case], tuple) else found[case]
        assert yours is improved, expect(f"{case}: {shown(yours)}", f"{case}: {improved}", "Look at the verdicts.")


@pytest.mark.exercise("conclude", points=0.5)
def test_faster_somewhere_and_slower_nowhere_is_an_improvement(student):
    """Who asks for an improvement everywhere finds none: a scenario may well show no difference."""
    look = "It need not be faster everywhere: slower nowhere is enough."
    concludes(student, True, SHOWN, look, "faster", "faster, then equivalent", "not resolved, then faster")


@pytest.mark.exercise("conclude", points=0.5)
def test_equivalent_or_not_resolved_is_no_improvement(student):
    """As fast as before is not faster, and not known is not either."""
    look = "Faster nowhere: nothing was improved."
    concludes(student, False, NO_IMPROVEMENT, look, "equivalent", "not resolved, then equivalent")


@pytest.mark.exercise("conclude", points=0.5)
def test_slower_is_said(student):
    """'No improvement' hides that the model was shown to be slower."""
    why = "it was shown to be slower in server"
    concludes(student, False, why, "Slower somewhere comes before faster nowhere.", "slower", "equivalent, then slower")


@pytest.mark.exercise("conclude", points=0.5)
def test_faster_here_and_slower_there_is_both(student):
    """Half of the truth is a wrong answer, whichever half comes first."""
    why = "faster in offline, slower in server"
    look = "Look for both verdicts before you look for either."
    concludes(student, False, why, look, "faster, then slower", "slower, then faster")


@pytest.mark.exercise("conclude", points=0.25)
def test_the_first_scenario_is_named(student):
    """The sentence names one scenario a verdict: that of the first comparison that has it."""
    concludes(student, True, SHOWN, "Look at the verdicts.", "faster")
    later = {"slower in server, in offline": "offline", "faster in offline, in server, slower twice": "server"}
    for case, scenario in later.items():
        yours = concluded(student)[case]
        if isinstance(yours, StudentError):
            raise yours
        # What else the sentence says has tests of its own.
        named = f"{case}: no word of the later {scenario}"
        assert scenario not in yours[1], expect(f"{case}: {shown(yours)}", named, "Keep the first, not the last.")


@pytest.mark.exercise("conclude", points=0.5)
def test_worse_answers_come_first(student):
    """A faster wrong answer is worth nothing: the accuracy check decides before anything else does."""
    look = "Ask the accuracy check before the other rules."
    others = "runs do not count, accuracy 'fail'", "no baseline, accuracy 'fail'", "slower, accuracy 'fail'"
    concludes(student, False, WORSE, look, "faster, accuracy 'fail'", *others)


@pytest.mark.exercise("conclude", points=0.25)
def test_only_fail_is_a_failed_check(student):
    """Without labels there is no check, and a check that cannot tell has shown nothing against the model."""
    look = "Only 'fail' fails; None and other words do not."
    concludes(student, True, SHOWN, look, "faster, accuracy None", "faster, accuracy 'inconclusive'")


@pytest.mark.exercise("conclude", points=0.5)
def test_runs_that_do_not_count_show_nothing(student):
    """Neither an improvement nor that there was nothing to compare with: they show nothing."""
    look = "Ask whether the runs count before you ask for a baseline or a verdict."
    concludes(student, False, DO_NOT_COUNT, look, "faster, runs do not count", "no baseline, runs do not count")


@pytest.mark.exercise("conclude", points=0.25)
def test_no_claim_is_no_verdict(student):
    """Where a baseline was set and nothing makes a claim, no run of the two counts."""
    look = "Leave out comparisons whose verdict is 'no claim'."
    concludes(student, False, DO_NOT_COUNT, look, "'no claim' twice", "a baseline and no comparison")
    concludes(student, True, SHOWN, look, "faster, then 'no claim'")


@pytest.mark.exercise("conclude", points=0.25)
def test_without_a_baseline_nothing_was_compared(student):
    """Runs of one model that count are good runs, and show nothing about another model."""
    look = "No baseline comes after runs that do not count, and before every verdict."
    concludes(student, False, NO_BASELINE, look, "no baseline", "no baseline, yet faster and slower")
