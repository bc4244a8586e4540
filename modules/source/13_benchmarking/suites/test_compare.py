"""`compare`: which level each comparison gets, and what becomes of what its parts say. The parts are scripted: four
pairs whose p-values are known, two of them equal, one of a pair that does not count."""

import numpy as np
import pytest

from autograder.examining.checks import close, expect, shown
from autograder.examining.handles import Handle

CONFIDENCE, MARGIN = 0.9, 0.03
P_VALUES = {"b": 0.03, "a": 0.01, "d": 0.2, "c": 0.03}  # by quantity, in the order of the pairs; 'd' does not count
ADJUSTED = {"b": 0.09, "a": 0.04, "d": 0.2, "c": 0.09}  # Holm's
LEVELS = {"b": 1 - 0.1 / 3, "a": 1 - 0.1 / 4, "d": 0.9, "c": 1 - 0.1 / 3}
WORDS = {"b": "faster", "a": "slower", "d": "faster", "c": "not resolved"}
FIELDS = ("quantity", "interval", "p_value", "p_adjusted", "verdict")
NO_DIFFERENCE = 0.625  # the p-value of an estimate: what it is of, no verdict asks
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

    def _place(self, pair):
        model = _listed(self.student.fields(pair, "model")[0]) if isinstance(pair, Handle) else None
        places = [i for i in range(len(ORDER)) if model == [float(i + 1), 7.0]]
        if not places:
            raise ValueError("doubt_of takes (pair, margin) and ratio_of takes (pair, level)")
        return places[0]

    def doubt_of(self, pair, margin):
        if margin != MARGIN:
            raise ValueError("doubt_of takes (pair, margin), with the margin that compare was given")
        return P_VALUES[ORDER[self._place(pair)]]

    def ratio_of(self, pair, confidence=0.95):
        place = self._place(pair)
        interval = (0.9, 1.1 + place, confidence)
        return self.student.made(self.student.RatioEstimate, 0.5 + place, interval, NO_DIFFERENCE)

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
        named = {name: getattr(parts, name) for name in ("pairs_of", "doubt_of", "ratio_of", "adjust", "decide")}
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


def by_its_own(found, name):
    """The level that goes with an adjusted p-value that is stated and wrong: that has a test of its own."""
    stated = found[name]["p_adjusted"]
    return [1 - 0.1 * P_VALUES[name] / stated] if type(stated) is float and stated > 0 else []


def said(name):
    """A pair in words, among all of them."""
    return f"pair {name} of p = {', '.join(f'{p} ({pair})' for pair, p in P_VALUES.items())}"


@pytest.mark.exercise("compare", points=0.75)
def test_each_pair_has_the_level_of_its_step(student):
    """At the full confidence, or all at the strictest level, the intervals do not belong to Holm's p-values."""
    found, _ = by_pair(student)
    for name in ("a", "d"):
        look = "1 - (1 - confidence) * doubt / adjusted, of its own two."
        at_level(found, "interval", name, [LEVELS[name], *by_its_own(found, name)], look)


@pytest.mark.exercise("compare", points=0.5)
def test_equal_p_values_have_one_level(student):
    """Of two equal p-values neither comes first: their adjusted ones are equal, and so are their levels."""
    found, _ = by_pair(student)
    # Who takes one level for all has just had a test of their own.
    for name in ("b", "c"):
        look = "Both values are the pair's own: what adjust returned for it, and its own doubt."
        at_level(found, "interval", name, [LEVELS[name], *by_its_own(found, name), CONFIDENCE, 1 - 0.1 / 4], look)


@pytest.mark.exercise("compare", points=0.25)
def test_what_is_printed_decides(student):
    """An interval that is asked for once more, at another level, says "equivalent" beside one that reaches outside."""
    _, parts = by_pair(student)
    look = "decide(ratio.interval, ratio.interval, margin): one interval, at the pair's own level."
    assert parts.decided, expect("decide was not called", "one call a pair", look)
    for interval, inner, _ in parts.decided:
        yours = f"levels {level(interval):.6g} and {level(inner) or 0:.6g}"
        assert interval == inner, expect(yours, "the same interval twice", look)


@pytest.mark.exercise("compare", points=0.5)
def test_the_verdict_is_that_of_both_intervals(student):
    """Another pair's interval, or a margin that was made up, give the verdict on something else."""
    found, parts = by_pair(student)
    for name in ("b", "a", "c"):
        each = found[name]
        look = "decide(interval, interval, margin) gives the verdict."
        due = each["interval"], each["interval"], MARGIN
        asked = any(interval == due[0] and margin == MARGIN for interval, _, margin in parts.decided)
        yours = parts.decided[0] if parts.decided else "nothing"
        assert asked, expect(f"pair {name}: decide was given {shown(yours)}", f"decide is given {shown(due)}", look)
        yours = f"pair {name}: {shown(each['verdict'])}"
        assert each["verdict"] == WORDS[name], expect(yours, f"pair {name}: {WORDS[name]}", look)
    yours, look = found["c"]["p_value"], "pair.facts(ratio, adjusted, verdict)."
    assert close(yours, NO_DIFFERENCE), expect(
        f"pair c: p_value {shown(yours)}", f"{NO_DIFFERENCE}, of its ratio", look
    )


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
