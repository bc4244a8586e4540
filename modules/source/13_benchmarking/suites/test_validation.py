"""The StatisticalValidator: what it asks its steps, in which order and of what, and what it makes of their answers. The
steps and the scenarios are scripted, so nothing else of the package is needed."""

import pytest

from autograder.examining.checks import expect, shown
from autograder.examining.errors import StudentError
from autograder.examining.handles import Handle

STATED = ("significant", "valid", "comparisons", "pitfalls", "accuracy", "why", "control")
TOLD = ("verdict", "p_adjusted")
WHY, CONTROL = "what the scripted conclude says", "what the scripted control found"


class Scenario:
    """The runs of a scenario, of which is known whether they count."""

    student_sees = ("valid", "reasons")

    def __init__(self, valid):
        self.valid = valid
        self.reasons = {"model": [] if valid else ["too few queries"]}


# By case: which scenarios are valid, the severities of the pitfalls, the accuracy check, the baseline, the error.
CASES = {
    "a warning and a note": ((True, True), ("warning", "note"), "pass", "B", None),
    "an 'invalid' pitfall": ((True,), ("warning", "invalid"), "pass", "B", None),
    "ended early": ((True,), (), "pass", "B", "interrupted"),
    "one scenario valid, one not": ((False, True), (), "pass", "B", None),
    "no scenario": ((), (), "pass", "B", None),
    "no valid scenario": ((False,), (), "pass", "B", None),
    "no baseline, no accuracy check": ((True,), (), None, None, None),
    "a baseline, no accuracy check": ((True,), (), None, "B", None),
}
OWN = {"a warning and a note": {"margin": 0.0}, "an 'invalid' pitfall": {"confidence": 0.5}}
SOUND, VOID = OWN


class Steps:
    """Scripted steps; `asked` holds, by step, what each was given. `severities` and `verdict` are what they answer."""

    def __init__(self, student):
        self.student, self.severities, self.verdict = student, (), None
        self.asked = {}

    def control(self, results, confidence):
        self.asked["control"] = (confidence,)
        return CONTROL

    def pitfalls(self, results, control, margin):
        self.asked["pitfalls"] = (control, margin)
        return [self.student.made(self.student.Pitfall, "p", "", "", "", each) for each in self.severities]

    def compare(self, results, confidence, margin):
        self.asked["compare"] = (confidence, margin)
        facts = ("offline", "time", "ms", 1.0, 1.0, 1.0, (0.9, 1.1, 0.9), 0.5, 0.25, "faster")
        return [self.student.made(self.student.Comparison, *facts)]

    def accuracy(self, results):
        self.asked["accuracy"] = ()
        if self.verdict is None:
            return None
        return self.student.made(self.student.AccuracyDrop, self.verdict, 0.0, 0.0, 0.0, 0.01)

    def conclude(self, comparisons, has_baseline, counts, accuracy):
        said = _compared(self.student, comparisons) if self.severities else None
        self.asked["conclude"] = (said, bool(has_baseline), bool(counts), _kind(self.student, accuracy))
        return bool(counts), WHY

    def passed_in(self):
        named = {name: getattr(self, name) for name in ("control", "pitfalls", "compare", "accuracy", "conclude")}
        return self.student.made(self.student.Steps, **named)


def _compared(student, value):
    """Comparisons by what tells them apart; something else as it is."""
    if type(value) is not list:
        return _kind(student, value)
    return [student.fields(each, *TOLD) if isinstance(each, Handle) else each for each in value]


def _kind(student, value):
    return student.kind(value) if isinstance(value, Handle) else value


def validated(student, case):
    """What each step was given in one case, and under "stated" the fields of the Validation; all are asked once.

    The settings of these results ask for a confidence of 0.9 and a margin of 0.03.
    """

    def ask():
        steps, make = Steps(student), student.Results
        usual = student.StatisticalValidator(steps=steps.passed_in())
        own = {case: student.StatisticalValidator(**words, steps=steps.passed_in()) for case, words in OWN.items()}
        return {case: _tried(student, steps, make, own.get(case, usual), case) for case in CASES}

    found = student.once("validated", ask)[case]
    if isinstance(found, StudentError | AssertionError):
        raise found
    return found


def _tried(student, steps, make, validator, case):
    try:
        return _validated(student, steps, make, validator, case)
    except (StudentError, AssertionError) as error:
        return error


def _validated(student, steps, make, validator, case):
    valid, steps.severities, steps.verdict, baseline, error = CASES[case]
    steps.asked = {}
    settings = student.made(student.Settings, confidence=0.9, margin=0.03)
    named = {"settings": settings, "model_name": "A", "baseline_name": baseline, "dataset_name": "numbers"}
    scenarios = dict(zip(("offline", "server"), map(Scenario, valid), strict=False))
    known = {"dataset_fingerprint": "", "n_samples": 1, "scenarios": scenarios, "error": error}
    found = validator.validate_results(student.made(make, **named, **known))
    one = isinstance(found, Handle) and student.kind(found) == "Validation"
    assert one, expect(f"{case}: {shown(found)}", "a Validation", "Return Validation(...).")
    stated = dict(zip(STATED, student.fields(found, *STATED), strict=True))
    stated["comparisons"] = _compared(student, stated["comparisons"])
    stated["pitfalls"] = len(stated["pitfalls"]) if type(stated["pitfalls"]) is list else stated["pitfalls"]
    return {**steps.asked, "stated": {name: _kind(student, value) for name, value in stated.items()}}


def told(seen, name, place, due, case, look):
    """Check one argument of conclude or one field of the Validation, by its place or name."""
    assert name in seen, expect(f"{case}: steps.{name} was not asked", f"steps.{name} is asked", "Ask every step.")
    yours = seen[name][place]
    what = f"its {place} is" if name == "stated" else f"steps.{name} is given"
    assert type(yours) is type(due), expect(f"{case}: {what} {shown(yours)}", f"{what} {shown(due)}", look)
    assert yours == due, expect(f"{case}: {what} {shown(yours)}", f"{what} {shown(due)}", look)


def sound(student):
    return validated(student, SOUND)


def void(student):
    return validated(student, VOID)


@pytest.mark.exercise("StatisticalValidator", points=0.25)
def test_the_steps_are_asked_at_the_right_confidence_and_margin(student):
    """What the validator was told counts, a margin of 0 too; what it was not told the results' settings say."""
    look = "Give the steps `confidence` and `margin`, which stand above your lines."
    told(sound(student), "control", slice(None), (0.9,), "margin=0.0", look)
    told(sound(student), "pitfalls", 1, 0.0, "margin=0.0", look)
    told(sound(student), "compare", slice(None), (0.9, 0.0), "margin=0.0", look)
    told(void(student), "compare", slice(None), (0.5, 0.03), "confidence=0.5", look)


@pytest.mark.exercise("StatisticalValidator", points=0.25)
def test_everything_that_was_found_is_in_the_validation(student):
    """Fields that changed places are found nowhere: pitfalls, accuracy, why and control each have their own."""
    case, look = SOUND, "Validation(significant, valid, comparisons, pitfalls, accuracy, why, control)."
    told(sound(student), "pitfalls", 0, CONTROL, case, "The pitfalls are asked with what the control found.")
    for name, due in (("pitfalls", 2), ("accuracy", "AccuracyDrop"), ("why", WHY), ("control", CONTROL)):
        told(sound(student), "stated", name, due, case, look)


@pytest.mark.exercise("StatisticalValidator", points=0.25)
def test_an_invalid_pitfall_voids_every_comparison(student):
    """A sender that waited for answers has measured something else: no comparison of it makes a claim."""
    case, look = VOID, "replace(c, verdict='no claim') for each of them."
    told(void(student), "stated", "comparisons", [["no claim", 0.25]], case, look)
    told(void(student), "conclude", 0, [["no claim", 0.25]], case, look)


@pytest.mark.exercise("StatisticalValidator", points=0.25)
def test_a_warning_voids_nothing(student):
    """Nearly every benchmark has a warning: who voids those never concludes anything."""
    case, look = SOUND, "Only the severity 'invalid' makes results unsound."
    told(sound(student), "stated", "comparisons", [["faster", 0.25]], case, look)
    told(sound(student), "conclude", 2, True, case, look)
    for name in ("valid", "significant"):
        told(sound(student), "stated", name, True, case, look)


@pytest.mark.exercise("StatisticalValidator", points=0.25)
def test_results_that_ended_early_show_nothing(student):
    """What was measured until it was interrupted was chosen by whoever interrupted it."""
    case = "ended early"
    seen = validated(student, case)
    look = "Unsound results: not complete, or with a pitfall that is 'invalid'."
    told(seen, "conclude", 2, False, case, look)
    for name in ("valid", "significant"):
        told(seen, "stated", name, False, case, look)
    voided = void(student)["stated"]["comparisons"]
    if voided == [["no claim", 0.25]]:  # else they have a test of their own
        told(seen, "stated", "comparisons", voided, case, look)


@pytest.mark.exercise("StatisticalValidator", points=0.25)
def test_valid_is_more_than_some_scenario(student):
    """One scenario that counts is enough to conclude from, but not for all of the results to be valid."""
    case = "one scenario valid, one not"
    seen = validated(student, case)
    told(seen, "stated", "valid", False, case, "Valid: sound, and every scenario is valid.")
    told(seen, "conclude", 2, True, case, "Runs count if the results are sound and some scenario is valid.")
    told(seen, "stated", "comparisons", [["faster", 0.25]], case, "Sound results keep their comparisons.")


@pytest.mark.exercise("StatisticalValidator", points=0.25)
def test_of_no_scenario_none_is_valid(student):
    """In Python all of nothing are valid: a benchmark that ran nothing would pass."""
    look = "Valid results hold a scenario: all([]) is True."
    told(validated(student, "no scenario"), "stated", "valid", False, "no scenario", look)
    look = "Runs count only if some scenario is valid."
    told(validated(student, "no valid scenario"), "conclude", 2, False, "no valid scenario", look)


@pytest.mark.exercise("StatisticalValidator", points=0.25)
def test_a_model_alone_has_no_baseline_and_no_accuracy_check(student):
    """Without a baseline, or without labels, there is nothing to ask for its verdict."""
    case = "no baseline, no accuracy check"
    seen = validated(student, case)
    told(seen, "conclude", 1, False, case, "has_baseline: whether results.baseline_name is there.")
    told(seen, "conclude", 3, None, case, "The accuracy step may return None: then hand on None.")
    for other in (SOUND, "a baseline, no accuracy check"):
        seen = validated(student, other)
        told(seen, "conclude", 1, True, f"baseline B, {other}", "has_baseline: whether results.baseline_name is there.")
    told(sound(student), "conclude", 3, "pass", "an accuracy check", "Hand on the verdict of the accuracy check.")
