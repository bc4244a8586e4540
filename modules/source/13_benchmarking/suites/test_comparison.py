"""The comparison: paired ratios with their interval, verdicts that keep to the margin, and many tests at once."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import special, stats

from autograder.examining.checks import close, expect, shown
from autograder.examining.promised import attributes, interval_ends, number, numbers, refused


def rounds(seed, n=10, ratio=0.8, noise=0.02):
    """Medians of `n` rounds of a model and its baseline: rounds differ much, the two within a round little."""
    rng = np.random.default_rng(seed)
    baseline = rng.lognormal(1.5, 0.5, size=n)
    return baseline * ratio * rng.lognormal(0.0, noise, size=n), baseline


def near(yours, *right):
    """Whether a number is one of the right ones."""
    return any(close(yours, r, rel=1e-6) for r in right)


def t_interval(x, confidence):
    """Student's t interval of the mean, with scipy's quantile."""
    half = special.stdtrit(len(x) - 1, (1 + confidence) / 2) * np.std(x, ddof=1) / math.sqrt(len(x))
    return np.mean(x) - half, np.mean(x) + half


def paired(student, model, baseline, confidence=0.95, ends=None):
    """What the student estimates: ratio, interval (low, high), the level it states, p, and `asked`, what `interval_of`
    was called with, a list of (values, confidence). It answers with `ends`, else with Student's t interval: a slip in
    mean_interval has cost its points already."""
    asked, interval_of = interval_function(student, ends)
    estimate = student.paired_ratio(model, baseline, confidence, interval_of)
    ratio, interval, p_value = attributes(student, estimate, "RatioEstimate", "ratio", "interval", "p_value")
    low, high = interval_ends(student, interval)
    stated = attributes(student, interval, "Interval", "confidence")[0]
    return SimpleNamespace(ratio=number(ratio), ends=(low, high), stated=stated, p=number(p_value), asked=asked)


def interval_function(student, ends=None):
    """What stands in for the student's mean_interval, after the list of what it will have been asked."""
    asked = []

    def interval_of(values, confidence=0.95):
        values = np.asarray(values, dtype=float)
        asked.append((values, confidence))
        if values.ndim != 1 or len(values) < 2:
            raise ValueError("an interval needs two values or more")
        return student.made(student.Interval, *map(float, ends or t_interval(values, confidence)), confidence)

    return asked, interval_of


def at_90_percent(student, seed):
    """What the student estimates of the usual rounds, the same for every test."""
    return student.once("at 90 %", lambda: paired(student, *rounds(seed), 0.9))


def unpaired(model, baseline, confidence):
    """What comes of taking the two for independent samples: (low, high) of the ratio and p, by Welch and pooled."""
    tests = [stats.ttest_ind(np.log(model), np.log(baseline), equal_var=equal) for equal in (False, True)]
    return [(*map(math.exp, test.confidence_interval(confidence)), test.pvalue) for test in tests]


# -- paired_ratio -----------------------------------------------------------------------------------------------------


@pytest.mark.exercise("paired_ratio", points=0.6)
def test_the_ratio_is_geometric(student, seed):
    """A mean of ratios says that both are slower; a ratio of means listens to the slowest round only."""
    model, baseline = rounds(seed, noise=0.5)
    yours, due = paired(student, model, baseline).ratio, math.exp(np.log(model / baseline).mean())
    look = "Average the differences of logarithms, then take exp."
    assert near(yours, due, 1 / due), expect(yours, due, look)


@pytest.mark.exercise("paired_ratio", points=0.3)
def test_below_one_means_that_the_model_is_faster(student, seed):
    """Upside down, the slower one wins."""
    yours = at_90_percent(student, seed).ratio
    assert yours < 1, expect(yours, "about 0.8", "The ratio is model over baseline.")


@pytest.mark.exercise("paired_ratio", points=0.6)
def test_the_interval_is_asked_of_the_pairs(student, seed):
    """Unpaired, the differences between rounds drown the difference between the two."""
    model, baseline = rounds(seed)
    asked = at_90_percent(student, seed).asked
    look = "interval_of takes one difference a round: ln(model) - ln(baseline)."
    assert asked, expect("interval_of was not called", "interval_of was called", look)
    values, _ = asked[-1]
    y = np.log(model) - np.log(baseline)
    # The other way up, and the difference in time in place of the logarithm's, have tests of their own.
    right = any(values.shape == due.shape and np.allclose(values, due) for due in (y, -y, model - baseline))
    assert right, expect(values, y, look)


@pytest.mark.exercise("paired_ratio", points=0.5)
def test_the_interval_is_of_the_ratio(student, seed):
    """An interval left on the log scale lies around 0, not around the ratio."""
    model, baseline = rounds(seed)
    found = paired(student, model, baseline, 0.9, ends=(-0.3, -0.1))
    due = math.exp(-0.3), math.exp(-0.1)
    if not found.asked:  # which has just had a test of its own
        y = np.log(model) - np.log(baseline)
        own = [tuple(math.exp(end) for end in t_interval(y, 0.9)), *(x[:2] for x in unpaired(model, baseline, 0.9))]
        due = next((ends for ends in own if near(found.ends[0], ends[0])), own[0])
    look = "Take exp of both ends of the interval of the log ratios."
    right = near(found.ends[0], due[0]) and near(found.ends[1], due[1])
    assert right, expect(found.ends, due, look)


@pytest.mark.exercise("paired_ratio", points=0.3)
def test_the_interval_is_at_the_confidence_asked_for(student, seed):
    """An interval at 95 % where 90 % were asked for is too wide, and one that only says so is wrong."""
    for confidence in (0.9, 0.99):
        found = at_90_percent(student, seed) if confidence == 0.9 else paired(student, *rounds(seed), confidence)
        passed = [level for _, level in found.asked] or [confidence]
        look = "Pass the confidence on to interval_of, and state it in the interval."
        right = passed[-1] == confidence and close(found.stated, confidence)
        said = f"asked at {passed[-1]}, stated {shown(found.stated)}"
        assert right, expect(said, f"asked at {confidence}, stated {confidence}", look)


@pytest.mark.exercise("paired_ratio", points=0.4)
def test_p_is_two_sided_and_of_the_pairs(student, seed):
    """Half of it is one-sided, and before looking nobody knew the side."""
    model, baseline = rounds(seed, ratio=0.99)
    found, due = paired(student, model, baseline), stats.ttest_rel(np.log(model), np.log(baseline)).pvalue
    look = "Test the log ratios against 0, two-sided, with Student's t."
    # Where the interval is not of the pairs either, that has a test of its own.
    same = (near(found.p, p) and near(found.ends[0], low) for low, _, p in unpaired(model, baseline, 0.95))
    assert near(found.p, due) or any(same), expect(found.p, due, look)


@pytest.mark.exercise("paired_ratio", points=0.3)
def test_only_positive_pairs_have_a_ratio(student, seed):
    """One value against many broadcasts in numpy, and the logarithm of a negative time is not a number."""
    model, baseline = rounds(seed)
    paired(student, model[:2], baseline[:2])
    calls = {"1 value against 10": (model[:1], baseline), "10 values against 1": (model, baseline[:1])}
    calls["one pair"] = model[:1], baseline[:1]
    for value, said in ((0.0, "zero"), (-2.0, "a negative value")):
        damaged = np.array([*baseline[:3], value, *baseline[4:]])
        calls |= {f"{said} of the model": (damaged, baseline), f"{said} of the baseline": (model, damaged)}
    ratio_of, (_, interval_of) = student.paired_ratio, interval_function(student)
    refused({said: student.made(ratio_of, *pair, 0.95, interval_of) for said, pair in calls.items()})


# -- verdict ----------------------------------------------------------------------------------------------------------


CLAIMED = ("faster", "slower")  # which of them has a test of its own
UNCLAIMED = ("not resolved", "equivalent")  # what is called equivalent has a test of its own


def asked_for(student, low, high, margin):
    """The arguments of verdict, with an equivalence interval that is two fifths narrower."""
    middle, half = (low + high) / 2, (high - low) / 2
    inner = student.made(student.Interval, middle - 0.6 * half, middle + 0.6 * half, 0.9)
    outer = student.made(student.Interval, low, high, 0.95)
    return {"interval": outer, "equivalence_interval": inner, "margin": margin}


def judged(student, cases, look, margin=0.01):
    """Check the verdict of each interval: (low, high, the verdicts that will do)."""
    words = [asked_for(student, low, high, margin) for low, high, _ in cases]
    for yours, (low, high, due) in zip(student.each(student.verdict, words), cases, strict=True):
        said = f"[{low:.4g}, {high:.4g}], margin {margin:g}"
        assert yours in due, expect(f"{said}: {shown(yours)}", f"{said}: {due[0]}", look)


@pytest.mark.exercise("verdict", points=0.4)
def test_the_better_side_is_below_one(student, seed):
    """Upside down, the slower one wins."""
    shift = float(np.random.default_rng(seed).uniform(0.1, 0.3))
    look = "Ratios below 1 are better: an interval wholly below is faster, wholly above slower."
    cases = [(1 - shift - 0.02, 1 - shift + 0.02, ["faster"]), (1 + shift - 0.02, 1 + shift + 0.02, ["slower"])]
    judged(student, cases, look)


@pytest.mark.exercise("verdict", points=0.6)
def test_a_difference_within_the_margin_is_not_claimed(student):
    """Shown to be 0.5 % faster is not shown to be faster by more than the margin of 1 %."""
    look = "Faster and slower need the whole interval beyond the margin, not just beyond 1."
    near_one = [(0.985, 0.9988), (1.0012, 1.015)]  # of which the middle is within the margin
    beyond = [(0.97, 0.989, CLAIMED), (1.011, 1.03, CLAIMED)]
    judged(student, [*((low, high, UNCLAIMED) for low, high in near_one), *beyond], look)
    near_one = [(0.82, 0.95), (1.05, 1.22)]
    beyond = [(0.7, 0.8, CLAIMED), (1.25, 1.4, CLAIMED)]
    judged(student, [*((low, high, UNCLAIMED) for low, high in near_one), *beyond], look, margin=0.2)


@pytest.mark.exercise("verdict", points=0.4)
def test_the_whole_interval_decides(student):
    """A middle beyond the margin is an estimate, not a proof."""
    look = "An interval that reaches over 1 has not resolved the question."
    open_ones = [(0.75, 1.05, UNCLAIMED), (0.95, 1.25, UNCLAIMED), (0.8, 1.0, UNCLAIMED), (1.0, 1.2, UNCLAIMED)]
    judged(student, [*open_ones, (0.75, 0.8, CLAIMED), (1.2, 1.25, CLAIMED)], look)


@pytest.mark.exercise("verdict", points=0.3)
def test_equivalent_needs_an_interval_within_the_margin(student):
    """Not significant is not the same: a wide interval around 1 shows nothing."""
    look = "Equivalent needs the equivalence interval within 1 / (1 + margin) and 1 + margin."
    one_end_too_far = [(0.985, 1.004, ["not resolved"]), (0.996, 1.015, ["not resolved"])]
    judged(student, [(0.9955, 1.0045, ["equivalent"]), (0.91, 1.09, ["not resolved"]), *one_end_too_far], look)
    judged(student, [(0.9, 1.1, ["equivalent"]), (0.6, 1.4, ["not resolved"])], look, margin=0.2)


@pytest.mark.exercise("verdict", points=0.3)
def test_equivalence_has_its_own_interval(student):
    """Two one-sided tests at alpha are the interval at 1 - 2 alpha: the wider one would ask for too much."""
    look = "Equivalence is decided by equivalence_interval, not by interval."
    judged(student, [(0.987, 1.013, ["equivalent"]), (0.6, 0.7, CLAIMED)], look)


# -- holm -------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("holm", points=0.4)
def test_holm_steps_down(student, seed):
    """Bonferroni multiplies every p by m; Holm the smallest by m, the next by m - 1, and so on."""
    smallest = float(np.random.default_rng(seed).uniform(0.001, 0.004))
    yours = numbers(student.holm([smallest, 4 * smallest, 12 * smallest, 40 * smallest]), 4)
    due = [4 * smallest, 12 * smallest, 24 * smallest, 40 * smallest]
    look = "Multiply the smallest by m, the next by m - 1, down to the largest by 1."
    right = all(close(y, d) for y, d in zip(yours, due, strict=True))
    assert right, expect(yours, due, look)


@pytest.mark.exercise("holm", points=0.25)
def test_holm_answers_in_the_order_of_the_question(student, seed):
    """Adjusted values in sorted order belong to other comparisons, and argsort says where each rank is, not the rank of
    each."""
    shuffled = np.random.default_rng(seed).permutation(6).tolist()
    for order in ([2, 0, 3, 1, 5, 4], [1, 2, 0, 4, 5, 3], shuffled):
        p_values = np.array([0.002, 0.006, 0.011, 0.018, 0.07, 0.6])
        in_order = numbers(student.holm(p_values.tolist()), 6)
        adjusted = in_order[0] > 1.5 * 0.002 or in_order[-1] > 0.9  # from the largest on: that has a test of its own
        assert adjusted, expect("values that are not adjusted", "adjusted values", "Multiply the smallest by m.")
        yours, due = numbers(student.holm(p_values[order].tolist()), 6), [in_order[i] for i in order]
        right = all(close(y, d) for y, d in zip(yours, due, strict=True))
        assert right, expect(yours, due, "Adjusted values come back in the order of the p values.")


@pytest.mark.exercise("holm", points=0.2)
def test_holm_never_turns_the_order_around(student, seed):
    """Without the running maximum a larger p value ends up with a smaller adjusted one."""
    first = float(np.random.default_rng(seed).uniform(0.010, 0.012))
    yours = numbers(student.holm([first, 1.1 * first, 1.2 * first]), 3)
    look = "No adjusted value may be smaller than that of a smaller p value: keep the running maximum."
    right = yours == sorted(yours) and 2 * first < max(yours) < 4 * first
    assert right, expect(yours, [3 * first] * 3, look)


@pytest.mark.exercise("holm", points=0.15)
def test_holm_stays_a_probability(student, seed):
    """Nothing is more likely than 1."""
    largest = float(np.random.default_rng(seed).uniform(0.75, 0.95))
    numbers(student.holm([0.0, 1.0]), 2)  # as likely as nothing, and as anything: both are probabilities
    yours = max(numbers(student.holm([largest / 2, largest, largest / 1.5]), 3))
    assert close(yours, 1.0), expect(f"at most {yours:g}", "at most 1", "Cap the adjusted values at 1.")
