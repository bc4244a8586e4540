"""`compare`: which level each comparison gets, and what becomes of what its parts say. The parts are scripted: four
pairs whose p-values are known, two of them equal, one of a pair that does not count."""

import math

import numpy as np
import pytest

from autograder.examining.checks import close, expect, shown
from autograder.examining.handles import Handle

CONFIDENCE, MARGIN = 0.9, 0.03
P_VALUES = {"b": 0.03, "a": 0.01, "d": 0.2, "c": 0.03}  # by quantity, in the order of the pairs; 'd' does not count
ADJUSTED = {"b": 0.09, "a": 0.04, "d": 0.2, "c": 0.09}  # Holm's
# By how much c's interval, 3.5 to 4.1, is wider than the margin: so many rounds would narrow its two.
ROUNDS = math.ceil(2 * (math.log(4.1 / 3.5) / math.log(1 + MARGIN)) ** 2)
LEVELS = {"b": 1 - 0.1 / 3, "a": 1 - 0.1 / 4, "d": 0.9, "c": 1 - 0.1 / 3}
WORDS = {"b": "faster", "a": "slower", "d": "faster", "c": "not resolved"}
FIELDS = ("quantity", "interval", "equivalence_interval", "p_adjusted", "verdict", "required_rounds")
ORDER = list(P_VALUES)


class Parts:
    """Scripted parts that keep what they were given. A model's values name their pair: its place, then more."""

    def __init__(self, student):
        self.student = student
        self.results, self.adjusted, self.decided = [], [], []

    def pairs_of(self, results):
        self.results.append(results)
        made, pair = self.student.made, self.student.Pair
        values = [([float(i + 1), 7.0], [0.5, i + 9.0]) for i in range(len(ORDER))]
        return [made(pair, "offline", name, *each, name != "d") for name, each in zip(ORDER, values, strict=True)]

    def ratio_of(self, model_values, baseline_values, confidence=0.95):
        places = [i for i in range(len(ORDER)) if _listed(model_values) == [float(i + 1), 7.0]]
        if not places:
            raise ValueError("ratio_of takes the rounds' values of a pair: pair.model, pair.baseline, confidence")
        [place] = places
        swapped = _listed(baseline_values) != [0.5, place + 9.0]
        interval = (0.9, 1.1 + place, 0.0 if swapped else confidence)
        p_value = 1.0 if swapped else P_VALUES[ORDER[place]]
        return self.student.made(self.student.RatioEstimate, 0.5 + place, interval, p_value)

    def adjust(self, p_values):
        if not all(type(p) in (float, np.float64) for p in _listed(p_values) or [None]):
            raise ValueError("adjust takes the p-values of all pairs in one list")
        self.adjusted.append(_listed(p_values))
        m, largest, adjusted = len(p_values), 0.0, [0.0] * len(p_values)
        for rank, i in enumerate(sorted(range(m), key=lambda i: p_values[i])):
            largest = adjusted[i] = max(largest, min(1.0, (m - rank) * p_values[i]))
        return adjusted

    def decide(self, interval, equivalence_interval, margin):
        self.decided.append((interval, equivalence_interval, margin))
        if level(interval) is None:
            raise ValueError("decide takes two intervals and the margin")
        return WORDS[ORDER[round(interval[1] - 1.1)]]


def _listed(values):
    return list(values) if isinstance(values, list | tuple | np.ndarray) else []


def compared(student):
    """The comparisons as dicts, in their order, and the parts with what they were given; asked once."""

    def ask():
        parts = Parts(student)
        named = {name: getattr(parts, name) for name in ("pairs_of", "ratio_of", "adjust", "decide")}
        found = student.compare("the results", CONFIDENCE, MARGIN, **named)
        whole = type(found) is list and len(found) == len(ORDER) and all(isinstance(each, Handle) for each in found)
        assert whole, expect(found, "a list of 4 Comparisons, one a pair", "Append a Comparison(*facts) for each pair.")
        return [dict(zip(FIELDS, student.fields(each, *FIELDS), strict=True)) for each in found], parts

    return student.once("compare", ask)


def by_pair(student):
    """The comparisons by the name of their pair."""
    found, parts = compared(student)
    known = sorted(each["quantity"] for each in found if type(each["quantity"]) is str) == sorted(ORDER)
    look = "Each pair is compared once: its own facts make its Comparison."
    assert known, expect([each["quantity"] for each in found], ORDER, look)
    return {each["quantity"]: each for each in found}, parts


def level(interval):
    """The level that an interval of ratio_of was asked for, None where it is none of those."""
    known = type(interval) is tuple and len(interval) == 3 and type(interval[2]) is float
    return interval[2] if known else None


def at_level(found, field, name, right, look):
    """Check the level of one interval of a pair; `right` holds what will do, what is due first."""
    yours = level(found[name][field])
    stated = "none of ratio_of's intervals" if yours is None else f"level {yours:.6g}"
    good = any(close(yours, each) for each in right)
    assert good, expect(f"{said(name)}: {stated}", f"its {field} has the level {right[0]:.6g}", look)


def said(name):
    """A pair in words, among all of them."""
    return f"pair {name} of p = {', '.join(f'{p} ({pair})' for pair, p in P_VALUES.items())}"


@pytest.mark.exercise("compare", points=0.75)
def test_each_pair_has_the_level_of_its_step(student):
    """At the full confidence, or all at the strictest level, the intervals do not belong to Holm's p-values."""
    found, _ = by_pair(student)
    for name in ("a", "d"):
        look = "1 - (1 - confidence) / k, where k counts the p-values that are not smaller than its own."
        at_level(found, "interval", name, [LEVELS[name]], look)


@pytest.mark.exercise("compare", points=0.5)
def test_equal_p_values_have_one_level(student):
    """Of two equal p-values neither is smaller: both count for both, itself included."""
    found, _ = by_pair(student)
    # Who takes one level for all has just had a test of their own.
    for name in ("b", "c"):
        look = "Count with >=: p-values that are equal to its own, and its own."
        at_level(found, "interval", name, [LEVELS[name], CONFIDENCE, 1 - 0.1 / 4], look)


@pytest.mark.exercise("compare", points=0.25)
def test_equivalence_has_its_own_level(student):
    """Two one-sided tests at 1 - confidence are one interval at 1 - 2 (1 - confidence), the same for every pair."""
    found, _ = by_pair(student)
    for name in found:
        look = "The equivalence interval is asked for at 1 - 2 * (1 - confidence)."
        at_level(found, "equivalence_interval", name, [0.8], look)


@pytest.mark.exercise("compare", points=0.5)
def test_the_verdict_is_that_of_both_intervals(student):
    """Intervals that changed places, or a margin that was made up, give the verdict on something else."""
    found, parts = by_pair(student)
    for name in ("b", "a", "c"):
        each = found[name]
        look = "decide(interval, equivalence_interval, margin) gives the verdict."
        due = each["interval"], each["equivalence_interval"], MARGIN
        asked = due in parts.decided
        yours = parts.decided[0] if parts.decided else "nothing"
        assert asked, expect(f"pair {name}: decide was given {shown(yours)}", f"decide is given {shown(due)}", look)
        yours = f"pair {name}: {shown(each['verdict'])}"
        assert each["verdict"] == WORDS[name], expect(yours, f"pair {name}: {WORDS[name]}", look)
    yours, look = found["c"]["required_rounds"], "pair.facts(ratio, equivalence_interval, p_adjusted, verdict, margin)."
    assert yours == ROUNDS, expect(f"pair c: {shown(yours)} rounds required", f"{ROUNDS}, from the margin", look)


@pytest.mark.exercise("compare", points=0.5)
def test_a_pair_that_does_not_count_makes_no_claim(student):
    """Runs that broke a rule may look faster; they show nothing."""
    found, _ = by_pair(student)
    yours = found["d"]["verdict"]
    look = "Where pair.counts is False the verdict is 'no claim'."
    assert yours == "no claim", expect(f"pair d, which does not count: {yours}", "no claim", look)
    claims = [name for name in ("a", "b", "c") if found[name]["verdict"] != "no claim"]
    assert claims, expect("no claim of any pair", "verdicts of the pairs that count", look)


@pytest.mark.exercise("compare", points=0.25)
def test_the_adjusted_p_values_are_stated(student):
    """The p-value that counts is the adjusted one: of all pairs, those that do not count too, each with its own."""
    found, parts = by_pair(student)
    look = "adjust takes the p-values of all pairs in one list; hand each pair's own result to pair.facts."
    due = list(P_VALUES.values())
    assert due in parts.adjusted, expect(f"adjust was given {shown(parts.adjusted)}", f"[{shown(due)}]", look)
    for name, p_adjusted in ADJUSTED.items():
        yours = found[name]["p_adjusted"]
        assert close(yours, p_adjusted), expect(f"pair {name}: p_adjusted {shown(yours)}", f"{p_adjusted}", look)


@pytest.mark.exercise("compare", points=0.25)
def test_comparisons_come_in_the_order_of_the_pairs(student):
    """A report is read from the first scenario to the last, not from the surest finding to the least sure."""
    found, parts = compared(student)
    yours = [each["quantity"] for each in found]
    assert yours == ORDER, expect(yours, ORDER, "One comparison a pair, in the order in which pairs_of gave them.")
    results = parts.results[:1]
    assert results == ["the results"], expect(results, ["the results"], "Ask pairs_of with the results.")
