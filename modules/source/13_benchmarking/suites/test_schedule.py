"""Schedules: when queries are due, which samples they hold, and whose turn it is.

Bounds are exact quantiles at 1e-11 or rarer: a right answer fails fewer than once in a thousand million gradings.
"""

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from autograder.examining.checks import expect
from autograder.examining.promised import refused

NS_PER_S = 1_000_000_000
RARE = 1e-12
LONG = 10_000
BUSY = 17  # of a seed: the long schedule that numpy draws from it in the plainest way has 278 arrivals more than usual
ARRIVALS = stats.poisson.ppf(RARE, LONG), stats.poisson.isf(RARE, LONG)  # in a long schedule


def whole(yours, ndim=1, kinds="iu"):
    """What came back, if it is an array of so many dimensions that holds integers (or floats, for `kinds` with f)."""
    right = isinstance(yours, np.ndarray) and yours.ndim == ndim and yours.dtype.kind in kinds
    look = "Times, indices and arms are whole numbers in a numpy array."
    assert right, expect(yours, f"an int64 array of {ndim} dimension(s)", look)
    return yours


def count_bounds(n, p):
    """How often an event of probability `p` may happen in `n` trials."""
    return stats.binom.ppf(RARE, n, p), stats.binom.isf(RARE, n, p)


def one_order(order):
    """Whether every row is the same, and holds every arm once."""
    row = order[0]
    return bool((order == row).all()) and sorted(row.tolist()) == list(range(order.shape[1]))


def flips(student, n, arms, seed):
    """The order of `arms` for `n` queries: a row a query, and two columns where there should be more (see below)."""
    order = whole(student.coin_flip_order(n_queries=n, n_arms=arms, seed=seed), ndim=2)
    right = order.shape in ((n, arms), (n, 2))
    assert right, expect(f"shape {order.shape}", f"shape {(n, arms)}", "One row a query, one column an arm.")
    return order


def permutations_among(order):
    """The rows that hold every arm once; rows that do not have a test of their own."""
    return order[(np.sort(order, axis=1) == np.arange(order.shape[1])).all(axis=1)]


def long_schedule(student, seed):
    """About `LONG` arrivals: (rate in queries per second, duration in ns, sorted arrivals in ns)."""

    def run():
        qps = float(np.random.default_rng(seed).uniform(50, 400))
        duration = int(LONG / qps * NS_PER_S)
        arrivals = student.poisson_arrivals(target_qps=qps, duration_ns=duration, seed=BUSY)
        return qps, duration, np.sort(whole(arrivals, kinds="iuf"))

    return student.once("long schedule", run)


def short_schedules(student, seed):
    """Schedules of one second at 50 queries per second, of 35 seeds."""

    def run():
        words = [{"target_qps": 50, "duration_ns": NS_PER_S, "seed": seed + k} for k in range(35)]
        return [whole(arrivals, kinds="iuf") for arrivals in student.each(student.poisson_arrivals, words)]

    return student.once("short schedules", run)


def in_seconds(qps, arrivals):
    """Whether gaps in seconds were added up as if they were nanoseconds: the rate is off by far, and nothing else."""
    return len(arrivals) > 1000 and abs(arrivals[-1] / (len(arrivals) / qps) - 1) < 0.1


def three_times(student, function, seed, ndim=1, **words):
    """What a function returns for a seed, for the same again, and for another one, each as a list."""
    answers = student.each(function, [{**words, "seed": s} for s in (seed, seed, seed + 1)])
    found = [whole(answer, ndim, kinds="iuf").tolist() for answer in answers]
    assert all(found), expect("an empty array", "an array with entries", "There are queries: return as many rows.")
    return found


@pytest.mark.exercise("poisson_arrivals", points=0.3)
def test_the_rate_is_the_target(student, seed):
    """Gaps in seconds where nanoseconds are meant, or the rate where its inverse is, miss the target by far."""
    *_, arrivals = long_schedule(student, seed)
    low, high = ARRIVALS
    look = "The mean gap between two queries is NS_PER_S / target_qps nanoseconds."
    assert low <= len(arrivals) <= high + 1, expect(f"{len(arrivals)} arrivals", f"about {LONG} arrivals", look)


@pytest.mark.exercise("poisson_arrivals", points=1.2)
def test_gaps_are_exponential(student, seed):
    """Evenly spaced arrivals have the right rate but never pile up, so no queue is ever seen."""
    qps, _, arrivals = long_schedule(student, seed)
    gaps = np.diff(arrivals) / NS_PER_S * qps
    # Massart's bound on the distance of a sample's distribution from its own, and what the estimated mean adds to it.
    furthest = np.sqrt(np.log(2 / RARE) / (2 * max(len(gaps), 1))) + 0.02
    distance = (
        stats.ks_1samp(gaps / max(gaps.mean(), 1e-12), stats.expon.cdf, method="asymp").statistic if len(gaps) else 1.0
    )
    spread = f"{gaps.std() / gaps.mean():.2f}" if len(gaps) and gaps.mean() else "no gaps"
    look = "Gap over mean gap should have standard deviation 1 and the exponential's shape: draw each gap from it."
    assert distance < furthest or in_seconds(qps, arrivals), expect(
        f"gaps with spread {spread}", "gaps with spread 1.00", look
    )


@pytest.mark.exercise("poisson_arrivals", points=0.3)
def test_arrivals_increase_and_are_whole_nanoseconds(student, seed):
    """The server takes queries in the order given: an unsorted schedule makes it wait for the future, then the past."""
    qps = float(np.random.default_rng(seed).uniform(50, 400))
    arrivals = whole(student.poisson_arrivals(target_qps=qps, duration_ns=NS_PER_S, seed=seed))
    back = int((np.diff(arrivals) < 0).sum())
    assert back == 0, expect(
        f"{back} steps back", "0 steps back", "Return the arrivals in the order in which they happen."
    )


@pytest.mark.exercise("poisson_arrivals", points=0.3)
def test_no_arrival_lies_outside_the_duration(student, seed):
    """The arrival that passes the end is not part of the run."""
    outside = sum(int(((a < 0) | (a >= NS_PER_S)).sum()) for a in short_schedules(student, seed))
    look = "Keep arrivals in [0, duration_ns): the one that passes the end is dropped."
    assert outside == 0, expect(f"{outside} arrivals outside", "0 arrivals outside", look)


@pytest.mark.exercise("poisson_arrivals", points=0.3)
def test_the_number_of_arrivals_is_random_too(student, seed):
    """Drawing exactly rate times duration gaps fixes what chance should decide, or leaves the end of the run empty."""
    schedules = short_schedules(student, seed)
    counts = [len(a) for a in schedules]
    # Rate, gaps and seed have tests of their own. The rate is estimated to 1 %: nobody's is off by an eighth by chance.
    qps, duration, arrivals = long_schedule(student, seed)
    even = all(len(a) > 10 and np.diff(a).std() < 0.01 * np.diff(a).mean() for a in schedules)
    same = counts[0] > 10 and all(np.array_equal(a, schedules[0]) for a in schedules)
    due = 50 * (round(4 * len(arrivals) / LONG) / 4 or 1)
    look = "Draw gaps until the duration is full, however many that takes: the count differs from seed to seed."
    most = max(counts)
    varies = min(counts) < most or even or same or in_seconds(qps, arrivals)
    assert varies, expect(f"{most} arrivals, always", "about 50 arrivals, more or fewer", look)
    # A Poisson count of mean 50 is above 50 with probability 0.46: never in 35 schedules, less than once in 10^9.
    above = most > due or even or same
    assert above, expect(f"never more than {most}", f"above {due:g} about half of the time", look)
    # A gap of 40 mean gaps has probability exp(-40): nobody's schedule ends so early by chance.
    mean_gap = np.diff(arrivals).mean() if len(arrivals) > 1 else duration
    left = 0.0 if in_seconds(qps, arrivals) else (duration - arrivals[-1]) / max(mean_gap, 1e-12)
    end = "Draw more gaps than you expect to need: in a busy run they ran out before the end."
    assert left < 40, expect(f"the last {left:.0f} mean gaps empty", "about 1 mean gap after the last arrival", end)


@pytest.mark.exercise("poisson_arrivals", points=0.3)
def test_the_schedule_is_the_seeds(student, seed):
    """A generator of one's own makes a run that nobody can repeat, or one that never changes."""
    poisson = student.poisson_arrivals
    first, again, other = three_times(student, poisson, seed, target_qps=100, duration_ns=NS_PER_S)
    assert first == again, expect("two schedules", "one schedule", "The same seed gives the same schedule: use rng.")
    assert first != other, expect("one schedule", "two schedules", "Another seed gives another schedule: use rng.")


@pytest.mark.exercise("poisson_arrivals", points=0.3)
def test_impossible_rates_are_refused(student):
    """No schedule has a rate of zero, less, infinity, or not a number."""
    whole(student.poisson_arrivals(target_qps=0.5, duration_ns=NS_PER_S, seed=1), kinds="iuf")
    rates = (0.0, -0.5, -5.0, float("inf"), float("nan"))
    words = {"duration_ns": 1000, "seed": 1}
    arrivals = student.poisson_arrivals
    refused({f"target_qps = {rate}": student.made(arrivals, target_qps=rate, **words) for rate in rates})


@pytest.mark.exercise("sample_order", points=0.25)
def test_indices_name_samples(student, seed):
    """One past the end is no sample."""
    n = int(np.random.default_rng(seed).integers(20, 50))
    order = whole(student.sample_order(n_queries=40 * n, n_samples=n, seed=seed))
    assert len(order) == 40 * n, expect(f"{len(order)} indices", f"{40 * n} indices", "One index for each query.")
    wrong = int(((order < 0) | (order >= n)).sum())
    assert wrong == 0, expect(f"{wrong} indices outside", "0 indices outside", "Indices run from 0 to n_samples - 1.")


@pytest.mark.exercise("sample_order", points=0.25)
def test_every_sample_is_as_likely(student, seed):
    """A sample that is never or seldom drawn is not measured."""
    order = whole(student.sample_order(n_queries=5000, n_samples=10, seed=seed))
    counts = [int((order == k).sum()) for k in range(10)]
    low, high = count_bounds(5000, 0.1)
    worst = max(counts, key=lambda c: abs(c - 500))
    look = "Of 10 samples each should get about a tenth of 5000 queries."
    assert low <= worst <= high, expect(f"{worst} queries for one sample", "about 500", look)


@pytest.mark.exercise("sample_order", points=0.25)
def test_samples_come_again(student, seed):
    """Drawn without replacement no sample comes twice, so a cache has nothing to show."""
    order = whole(student.sample_order(n_queries=500, n_samples=500, seed=seed))
    different = len(set(order.tolist()))
    look = "Draw with replacement: 500 draws from 500 samples leave about a third of them out."
    assert 200 < different < 450, expect(f"{different} different samples", "about 316 different samples", look)


@pytest.mark.exercise("sample_order", points=0.25)
def test_the_order_is_the_seeds(student, seed):
    """A generator of one's own makes an order that nobody can repeat, or one that never changes."""
    first, again, other = three_times(student, student.sample_order, seed, n_queries=200, n_samples=50)
    assert first == again, expect("two orders", "one order", "The same seed gives the same order: use rng.")
    assert first != other, expect("one order", "two orders", "Another seed gives another order: use rng.")


@pytest.mark.exercise("coin_flip_order", points=0.3)
def test_every_round_runs_every_arm_once(student, seed):
    """Arms drawn with replacement leave one of them out in half of the rounds."""
    for arms in (2, 4):
        order = flips(student, 200, arms, seed)
        assert order.shape == (200, arms), expect(f"shape {order.shape}", f"shape {(200, arms)}", "One row a query.")
        bad = int((np.sort(order, axis=1) != np.arange(arms)).any(axis=1).sum())
        assert bad == 0, expect(f"{bad} rows repeat an arm", "0 rows repeat an arm", "Each row is a permutation.")


@pytest.mark.exercise("coin_flip_order", points=0.3)
def test_every_order_is_as_likely(student, seed):
    """A fixed order gives whatever the second place costs to the same arm every time."""
    order = permutations_among(flips(student, 3000, 3, seed))
    arms = order.shape[1]  # 3, or 2 where there are never more: that has just had a test of its own
    if len(order) and one_order(order):  # whether each row has a coin of its own is the next test: one row of each run
        again = [{"n_queries": 1, "n_arms": 3, "seed": seed + k} for k in range(300)]
        order = permutations_among(np.concatenate(student.each(student.coin_flip_order, again)))
    n = len(order)
    assert n, expect("no row with every arm once", "every row with every arm once", "Each row is a permutation.")
    counts = [int((order == p).all(axis=1).sum()) for p in permutations(range(arms))]
    low, high = count_bounds(n, 1 / len(counts))
    worst = max(counts, key=lambda c: abs(c - n / len(counts)))
    look = "Three arms have 6 orders; each should come up in about a sixth of the rows."
    assert low <= worst <= high, expect(f"one order in {worst} of {n} rows", f"about {n // len(counts)} of {n}", look)


@pytest.mark.exercise("coin_flip_order", points=0.2)
def test_rows_do_not_know_each_other(student, seed):
    """Taking turns is not a coin flip: anything with the same rhythm hits one arm only."""
    order = permutations_among(flips(student, 2001, 2, seed))
    if len(order) and one_order(order):  # an order that is the same in every run has just had a test of its own
        again = [{"n_queries": 2, "n_arms": 2, "seed": seed + k} for k in range(40)]
        runs = student.each(student.coin_flip_order, again)
        if all(np.array_equal(run, order[:2]) for run in runs):
            return
    same, n = int((order[1:] == order[:-1]).all(axis=1).sum()), len(order) - 1
    low, high = count_bounds(n, 0.5)
    look = "With two arms a row equals the row before it in about half of the cases: flip a coin for every row."
    assert low <= same <= high, expect(f"{same} of {n} rows repeat", f"about {n // 2} of {n}", look)


@pytest.mark.exercise("coin_flip_order", points=0.2)
def test_the_flips_are_the_seeds(student, seed):
    """A generator of one's own makes an order that nobody can repeat, or one that never changes."""
    first, again, other = three_times(student, student.coin_flip_order, seed, ndim=2, n_queries=100, n_arms=2)
    assert first == again, expect("two orders", "one order", "The same seed gives the same order: use rng.")
    flipped = not all(one_order(np.asarray(order)) for order in (first, other))  # else see the tests above
    assert first != other or not flipped, expect(
        "one order", "two orders", "Another seed gives another order: use rng."
    )
