"""Audits on virtual time: an honest model passes, a cache and one that cheats under load are caught."""

from __future__ import annotations

import numpy as np
import pytest

from tests.scripted import MS, Failing, Jittery, benchmark
from tinytorch.audits import audit_ratio
from tinytorch.benchmarking import (
    RunFailed,
    VirtualClock,
    audit,
    audit_answers,
    audit_caching,
    audit_seeds,
)

SAMPLES = np.arange(400, dtype=np.float32).reshape(200, 2)
LABELLED = (SAMPLES, np.zeros(200, np.int64))


class Honest(Jittery):
    """Answers with a function of its input."""

    def __call__(self, batch):
        super().__call__(batch)
        return batch * 2 + 1


class Caching(Honest):
    """Remembers samples: what it has seen before takes a tenth of the time."""

    def __init__(self, *script) -> None:
        super().__init__(*script)
        self.seen: set[float] = set()
        self.slow_ns, self.hit_ns = self.per_batch_ns, self.per_batch_ns // 10

    def __deepcopy__(self, memo):
        copy = type(self)(self.clock, self.slow_ns, self.rng, self.spread)
        copy.seen = set(self.seen)  # a deep copy holds what the original has learned
        return copy

    def __call__(self, batch):
        first = float(batch[0, 0])
        self.per_batch_ns = self.hit_ns if first in self.seen else self.slow_ns
        self.seen |= set(batch[:, 0].tolist())
        return super().__call__(batch)


class FreeOnceSeen(Caching):
    """As a lookup that takes less than the clock's step."""

    def __init__(self, *script) -> None:
        super().__init__(*script)
        self.hit_ns = 0


class CheatsUnderLoad(Honest):
    """Does the work for large batches, as the accuracy pass has them, and guesses for single samples."""

    def __call__(self, batch):
        rows = super().__call__(batch)
        return rows if len(batch) > 1 else rows * 0


class GuessesSometimes(Honest):
    """Guesses one single sample in ten."""

    def __call__(self, batch):
        rows = super().__call__(batch)
        return rows if len(batch) > 1 or self.rng.random() > 0.1 else rows * 0


class KnowsTheSeed(Honest):
    """Is fast on a list of samples that one seed draws, and slow on what others draw."""

    fast: frozenset[float] = frozenset()

    def __call__(self, batch):
        known = len(batch) > 1 or float(batch[0, 0]) in self.fast
        self.clock.advance_ns(0 if known else MS)
        return super().__call__(batch)


def audited(kind, *, factory=False, spread=0.02, **changed):
    """Return a benchmark of such a model."""
    clock, rng = VirtualClock(), np.random.default_rng(13)

    def build():
        return kind(clock, MS, rng, spread)

    asked = {"clock": clock, "data": SAMPLES, "min_queries": 400} | changed
    return benchmark(build=build, **asked) if factory else benchmark(build(), **asked)


def passed(audits) -> dict[str, bool]:
    return {found.name: found.passed for found in audits}


@pytest.mark.parametrize("spread", [0.0, 0.02, 0.5])
def test_an_honest_model_passes(spread):
    audits = audit(audited(Honest, spread=spread))
    assert passed(audits) == {"answers under load": True, "caching": True, "other seeds": True}
    assert all(found.evidence for found in audits)
    assert audits[0].evidence == "64 of 64 outputs kept under load equal those of the accuracy pass"


@pytest.mark.parametrize("factory", [True, False])
@pytest.mark.parametrize("spread", [0.0, 0.02])
def test_a_cache_is_caught(factory, spread):
    found = audit_caching(audited(Caching, factory=factory, spread=spread))
    assert not found.passed
    assert "[0.1" in found.evidence.replace("0.09", "0.1")


def test_a_cache_is_caught_after_the_accuracy_pass():
    perf = audited(Caching, data=LABELLED)
    perf.run_all_scenarios()
    assert not audit_caching(perf).passed


def test_the_accuracy_pass_does_not_speed_the_model_up():
    """With labels or without them the same queries take the same time."""
    plain, labelled = (
        audited(Caching, data=data, spread=0.0).run_scenario("single_stream").metric() for data in (SAMPLES, LABELLED)
    )
    assert labelled == plain


def test_a_cache_that_costs_nothing_is_caught():
    assert not audit_caching(audited(FreeOnceSeen, factory=True, spread=0.0)).passed


def test_a_model_that_cheats_under_load_is_caught():
    audits = audit(audited(CheatsUnderLoad))
    assert passed(audits) == {"answers under load": False, "caching": True, "other seeds": True}
    assert audits[0].evidence.startswith("0 of 64 outputs")


def test_cheating_one_time_in_ten_is_caught_by_the_outputs_kept():
    found = audit_answers(audited(GuessesSometimes))
    assert not found.passed
    assert 40 < int(found.evidence.split()[0]) < 64


def test_a_model_that_knows_its_seed_is_caught():
    perf = audited(KnowsTheSeed, min_queries=60)
    runs = [perf.single_run("single_stream", perf.settings, number)[0] for number in range(6)]
    indices = np.concatenate([run.sample_indices for run in runs])
    assert audit_seeds(perf).passed, "it knows nothing yet"
    KnowsTheSeed.fast = frozenset(SAMPLES[indices, 0].tolist())
    try:
        found = audit_seeds(audited(KnowsTheSeed, min_queries=60))
    finally:
        KnowsTheSeed.fast = frozenset()
    assert not found.passed
    assert "other seeds / the benchmark's own" in found.evidence


def test_rounding_is_no_cheating_and_a_thousandth_is():
    clock = VirtualClock()
    for error, expected in ((1e-6, True), (1e-2, False)):

        def model(batch, error=error):
            clock.advance_ns(MS)
            return (batch[:, :1] + 1) * (1 + error * (len(batch) == 1))

        assert audit_answers(benchmark(model, clock=clock, data=SAMPLES)).passed == expected


@pytest.mark.parametrize(
    ("ratios", "least", "most", "expected"),
    [
        ([0.5] * 6, 0.91, 1.1, False),
        ([2.0] * 6, 0.91, 1.1, False),
        ([2.0] * 6, 0.91, np.inf, True),
        ([0.95] * 6, 0.91, 1.1, True),
        ([0.84, 0.86, 0.85, 0.87, 0.83, 0.85], 0.91, 1.1, False),
        ([0.5, 1.5, 0.7, 1.2, 0.9, 1.1], 0.91, 1.1, True),
        ([1.19, 1.21, 1.2, 1.22, 1.18, 1.2], 0.91, 1.1, False),
    ],
)
def test_an_audit_fails_where_the_whole_interval_is_outside(ratios, least, most, expected):
    found = audit_ratio("name", "one / other", [(ratio, 1.0) for ratio in ratios], least, most)
    assert found.passed == expected


def test_the_audit_of_caching_needs_samples_enough():
    with pytest.raises(ValueError, match="at least 21 samples, got 20"):
        audit_caching(audited(Honest, data=SAMPLES[:20]))


def test_a_model_that_fails_in_an_audit_ends_it():
    clock = VirtualClock()

    def fails(batch):
        raise OSError("no weights")

    with pytest.raises(RunFailed, match="OSError: no weights"):
        audit_seeds(benchmark(Failing(clock, [0], 300, fails), clock=clock))
