"""The comparison: paired ratios with their interval, and verdicts that keep to the margin."""

import math

import numpy as np
import pytest
from scipy import special, stats

from autograder.examining.checks import close, expect


def rounds(seed, n=10, ratio=0.8, noise=0.02):
    """Medians of `n` rounds of a model and its baseline: rounds differ much, the two within a round little."""
    rng = np.random.default_rng(seed)
    baseline = rng.lognormal(1.5, 0.5, size=n)
    return baseline * ratio * rng.lognormal(0.0, noise, size=n), baseline


def near(yours, *right):
    """Whether a number is one of the right ones: ours, or what follows from the student's own earlier function."""
    return any(close(yours, r, rel=1e-6) for r in right)


def t_interval(x, confidence):
    """Student's t interval of the mean, with scipy's quantile."""
    half = special.stdtrit(len(x) - 1, (1 + confidence) / 2) * np.std(x, ddof=1) / math.sqrt(len(x))
    return np.mean(x) - half, np.mean(x) + half


def own_width(student, values, confidence):
    """How wide the student's own interval of the mean is."""
    low, high = student.fields(student.mean_interval(values, confidence), "low", "high")
    return high - low


def unpaired(model, baseline, confidence):
    """What comes of taking the two for independent samples: (low, high) of the ratio and p, by Welch and pooled."""
    tests = [stats.ttest_ind(np.log(model), np.log(baseline), equal_var=equal) for equal in (False, True)]
    return [(*map(math.exp, test.confidence_interval(confidence)), test.pvalue) for test in tests]


def either_way_up(ends, low, high):
    """Whether two ends are right; upside down costs its points in a test of its own."""
    return any(near(ends[0], a) and near(ends[1], b) for a, b in [(low, high), (1 / high, 1 / low)])


# -- paired_ratio -----------------------------------------------------------------------------------------------------


@pytest.mark.exercise("paired_ratio", points=1)
def test_the_ratio_is_geometric(student, seed):
    """A mean of ratios says that both are slower; a ratio of means listens to the slowest round only."""
    model, baseline = rounds(seed, noise=0.5)
    yours, due = student.paired_ratio(model, baseline).ratio, math.exp(np.log(model / baseline).mean())
    look = "Average the differences of logarithms, then take exp."
    assert near(yours, due, 1 / due), expect(yours, due, look)


@pytest.mark.exercise("paired_ratio", points=0.5)
def test_below_one_means_that_the_model_is_faster(student, seed):
    """Upside down, the slower one wins."""
    model, baseline = rounds(seed)
    yours = student.paired_ratio(model, baseline).ratio
    below = isinstance(yours, float) and yours < 1
    assert below, expect(yours, "about 0.8", "The ratio is model over baseline.")


@pytest.mark.exercise("paired_ratio", points=0.75)
def test_the_interval_is_of_the_pairs(student, seed):
    """Unpaired, the differences between rounds drown the difference between the two."""
    model, baseline = rounds(seed)
    y = np.log(model) - np.log(baseline)
    lower, upper = student.fields(student.paired_ratio(model, baseline, 0.9).interval, "low", "high")
    # The width decides here, on either scale and either way up; the scale has a test of its own.
    widths = [upper - lower]
    if lower > 0:
        widths.append(math.log(upper / lower))
    low, high = t_interval(y, 0.9)
    look = "Subtract within each round first: the interval is that of the mean difference."
    paired = min(widths) < 1.5 * (high - low) or min(widths) < 1.1 * own_width(student, y, 0.9)
    first, last = t_interval(model - baseline, 0.9)
    paired = paired or close(widths[0], last - first, rel=1e-6)  # of the difference in time: see the next test
    assert paired, expect(f"width {widths[0]:.4f}", f"width {high - low:.4f}", look)


@pytest.mark.exercise("paired_ratio", points=0.75)
def test_the_interval_is_of_the_ratio(student, seed):
    """An interval left on the log scale lies around 0, not around the ratio; at a fixed level it is too wide."""
    confidence = float(np.random.default_rng(seed).choice([0.8, 0.9, 0.99]))
    model, baseline = rounds(seed)
    y = np.log(model) - np.log(baseline)
    estimate = student.paired_ratio(model, baseline, confidence)
    yours = tuple(student.fields(estimate.interval, "low", "high"))
    low, high = (math.exp(end) for end in t_interval(y, confidence))
    look = "Take exp of both ends of the t interval of the log ratios, at the confidence that was asked for."
    right = either_way_up(yours, low, high)
    # Whether it is that of the pairs has a test of its own.
    right = right or any(either_way_up(yours, *ends) for *ends, _ in unpaired(model, baseline, confidence))
    if not right:
        own = student.fields(student.mean_interval(y, confidence), "low", "high")
        right = either_way_up(yours, *map(math.exp, own))
    assert right, expect(yours, (low, high), look)


@pytest.mark.exercise("paired_ratio", points=0.5)
def test_p_is_two_sided_and_of_the_pairs(student, seed):
    """Half of it is one-sided, and before looking nobody knew the side."""
    model, baseline = rounds(seed, ratio=0.99)
    estimate, due = student.paired_ratio(model, baseline), stats.ttest_rel(np.log(model), np.log(baseline)).pvalue
    yours = estimate.p_value
    look = "Test the log ratios against 0, two-sided, with Student's t."
    if not near(yours, due):  # with an interval that is not of the pairs either: that has a test of its own
        ends = student.fields(estimate.interval, "low", "high")
        same = (near(yours, p) and near(ends[0], low) for low, _, p in unpaired(model, baseline, 0.95))
        assert any(same), expect(yours, due, look)


@pytest.mark.exercise("paired_ratio", points=0.5)
def test_only_positive_pairs_have_a_ratio(student, seed):
    """One value against many broadcasts in numpy, and the logarithm of a negative time is not a number."""
    model, baseline = rounds(seed)
    student.refuses("ValueError", student.paired_ratio, model[:1], baseline)
    model[3] = -model[3]
    student.refuses("ValueError", student.paired_ratio, model, baseline)


# -- verdict ----------------------------------------------------------------------------------------------------------


UNCLAIMED = ("not resolved", "equivalent")  # what is called equivalent has a test of its own


def verdict(student, low, high, margin=0.01):
    """The verdict of an interval whose equivalence interval is two fifths narrower."""
    middle, half = (low + high) / 2, (high - low) / 2
    inner = student.made(student.Interval, middle - 0.6 * half, middle + 0.6 * half, 0.9)
    return student.verdict(student.made(student.Interval, low, high, 0.95), inner, margin)


@pytest.mark.exercise("verdict", points=0.5)
def test_the_better_side_is_below_one(student, seed):
    """Upside down, the slower one wins."""
    shift = float(np.random.default_rng(seed).uniform(0.1, 0.3))
    look = "Ratios below 1 are better: an interval wholly below is faster, wholly above slower."
    for low, due in [(1 - shift, "faster"), (1 + shift, "slower")]:
        yours = verdict(student, low - 0.02, low + 0.02)
        assert yours == due, expect(yours, due, look)


@pytest.mark.exercise("verdict", points=1)
def test_a_difference_within_the_margin_is_not_claimed(student, seed):
    """Shown to be 0.5 % faster is not shown to be faster by more than the margin of 1 %."""
    low = float(np.random.default_rng(seed).uniform(0.9835, 0.9855))
    look = "Faster and slower need the whole interval beyond the margin, not just beyond 1."
    for ends in [(low, 0.9988), (1.0012, 2 - low)]:  # of which the middle is within the margin
        yours = verdict(student, *ends)
        assert yours in UNCLAIMED, expect(yours, "not resolved", look)


@pytest.mark.exercise("verdict", points=0.5)
def test_the_whole_interval_decides(student, seed):
    """A middle beyond the margin is an estimate, not a proof."""
    low = float(np.random.default_rng(seed).uniform(0.7, 0.8))
    for ends in [(low, 1.05), (0.95, 2 - low)]:
        yours = verdict(student, *ends)
        look = "An interval that reaches over 1 has not resolved the question."
        assert yours in UNCLAIMED, expect(yours, "not resolved", look)


@pytest.mark.exercise("verdict", points=0.5)
def test_equivalent_needs_an_interval_within_the_margin(student, seed):
    """Not significant is not the same: a wide interval around 1 shows nothing."""
    half = float(np.random.default_rng(seed).uniform(0.003, 0.006))
    look = "Equivalent needs the equivalence interval within 1 / (1 + margin) and 1 + margin."
    for width, due in [(half, "equivalent"), (20 * half, "not resolved")]:
        yours = verdict(student, 1 - width, 1 + width)
        assert yours == due, expect(yours, due, look)


@pytest.mark.exercise("verdict", points=0.5)
def test_equivalence_has_its_own_interval(student, seed):
    """Two one-sided tests at alpha are the interval at 1 - 2 alpha: the wider one would ask for too much."""
    half = float(np.random.default_rng(seed).uniform(0.012, 0.015))
    yours = verdict(student, 1 - half, 1 + half)
    look = "Equivalence is decided by equivalence_interval, not by interval."
    assert yours == "equivalent", expect(yours, "equivalent", look)
