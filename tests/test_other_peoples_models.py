"""Ten models as their users would write them: each ends in a right report or in one clear sentence. On virtual time.

A row: the model, what it is asked with, and what must be said; `takes_ns` is what a single query truly takes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from tests.test_later import Lazy
from tinytorch.adapters import sklearn_model
from tinytorch.benchmarking import (
    NS_PER_MS,
    NS_PER_S,
    PerformanceReporter,
    Report,
    RunFailed,
    ScriptedModel,
    Settings,
    TinyTorchPerf,
    VirtualClock,
)
from tinytorch.templates.terminal import terminal_answer, terminal_table

RNG = np.random.default_rng(13)
INPUTS = RNG.normal(size=(400, 6)).astype(np.float32)
WEIGHTS = RNG.normal(size=6).astype(np.float32)
LABELS = (INPUTS @ WEIGHTS > 0).astype(np.int64)
MS = NS_PER_MS
NO_LABELS = "give the dataset without labels"


def works(clock: VirtualClock, ns: int) -> None:
    """Let 3 to 5 % more or less than `ns` pass."""
    clock.advance_ns(round(ns * RNG.uniform(0.97, 1.03)))


def jitted(clock):
    """JAX: the call returns at once, the array is there later."""

    def model(batch):
        clock.advance_ns(1_000)
        return Lazy(clock, np.stack([-(batch @ WEIGHTS), batch @ WEIGHTS], axis=1))  # 3 ms, when waited for

    return model


def writes(clock):
    def model(batch):
        batch /= 255
        works(clock, MS)
        return np.stack([-(batch @ WEIGHTS), batch @ WEIGHTS], axis=1)

    return model


def binary(clock):
    """A sigmoid, (n, 1), as Keras' `Dense(1)`."""

    def model(batch):
        works(clock, MS)
        return (1 / (1 + np.exp(-(batch @ WEIGHTS))))[:, np.newaxis]

    return model


def regression(clock):
    def model(batch):
        works(clock, 2 * MS)
        return batch @ WEIGHTS

    return model


def prints(clock):
    def model(batch):
        sys.stdout.write(f"forward {batch.shape}\n")
        works(clock, MS)
        return np.stack([-(batch @ WEIGHTS), batch @ WEIGHTS], axis=1)

    return model


def slow(clock):
    def model(batch):
        works(clock, 2 * NS_PER_S)
        return (batch @ WEIGHTS > 0).astype(int)

    return model


def tiny(clock):
    """200 ns a call: on a clock of 40 ns, which the numbers must survive."""

    def model(batch):
        clock.advance_ns(40 * len(batch) * round(RNG.uniform(4, 6)))
        return (batch @ WEIGHTS > 0).astype(int)

    return model


MISFIT = ValueError("matmul: shapes (1,6) and (7,) not aligned")


def fails(clock, error=MISFIT, after=40):
    calls = []

    def model(batch):
        calls.append(len(batch))
        works(clock, MS)
        if len(calls) > after:
            raise error
        return (batch @ WEIGHTS > 0).astype(int)

    return model


def interrupted(clock):
    return fails(clock, KeyboardInterrupt(), after=130)


def pipeline(clock):
    """Columns of a table, each prepared in its own way, then a forest's votes; as a table it has no names here."""
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    columns = make_column_transformer((StandardScaler(), [0, 1, 2]), (MinMaxScaler(), slice(3, 6)))
    fitted = sklearn_model(make_pipeline(columns, LogisticRegression(C=1e6)).fit(INPUTS, LABELS))

    def model(batch):
        works(clock, MS)
        return fitted(batch)

    return model


@dataclass(frozen=True)
class Row:
    """One model, and what is right of it."""

    build: Callable[[VirtualClock], Any]
    takes_ns: int | None  # a query; None: nothing is to be measured
    says: tuple[str, ...]
    labels: bool = True
    settings: dict[str, Any] = field(default_factory=dict)


SLOW = {"min_duration_ns": 0, "latency_target_ns": 10 * NS_PER_S, "deadline_s": 0.0, "target_qps": 0.1}
ROWS = {
    "jitted": Row(jitted, 3 * MS + 1_000, ("Single-Stream",)),
    "writes into its input": Row(writes, None, ("read-only",)),
    "writes into its input, without labels": Row(writes, None, ("read-only",), labels=False),
    "binary classifier (n, 1)": Row(binary, None, ("got shape (400, 1), float32", NO_LABELS)),
    "binary classifier, without labels": Row(binary, MS, ("not measured (no labels)",), labels=False),
    "regression": Row(regression, None, ("got shape (400,), float32", NO_LABELS)),
    "regression, without labels": Row(regression, 2 * MS, ("not measured (no labels)",), labels=False),
    "prints": Row(prints, MS, ("100.0 %",)),
    "slow": Row(slow, 2 * NS_PER_S, ("100.0 %",), settings=SLOW),
    "200 ns": Row(tiny, 200, ("µs",)),
    "fails in round 1": Row(fails, None, ("ValueError: matmul: shapes (1,6) and (7,) not aligned",)),
    "DataFrame pipeline": Row(pipeline, MS, ("Accuracy",)),
    "interrupted": Row(interrupted, MS, ("KeyboardInterrupt", "0 of 6 rounds were measured")),
}
FAILS = {"fails in round 1", "interrupted"} | {name for name, row in ROWS.items() if row.takes_ns is None}


def report_of(row: Row) -> tuple[Report, str, RunFailed | None]:
    """Measure the model beside a baseline of 1 ms; return its report, all that is said, and how the run failed."""
    clock = VirtualClock()
    asked = {"rounds": 6, "min_queries": 480, "min_duration_ns": 60 * MS, "latency_target_ns": 100 * MS}
    perf = TinyTorchPerf(Settings(**asked | row.settings), clock=clock, progress=False)
    perf.set_model(build=lambda: row.build(clock), name="mine")
    perf.set_baseline(build=lambda: lambda batch: scripted(clock, batch, row.labels), name="theirs")
    perf.set_dataset((INPUTS.copy(), LABELS) if row.labels else INPUTS.copy())
    failure = None
    try:
        perf.run_all_scenarios()
    except RunFailed as raised:
        failure = raised
    report = PerformanceReporter().generate_report(perf.results)
    said = [report.to_markdown().replace("\\", ""), terminal_table(report), terminal_answer(report)]
    return report, "\n".join([*said, str(failure or "")]), failure


def scripted(clock, batch, labels):
    """The baseline: right, in 1 ms and a little."""
    ScriptedModel(clock, round(MS * RNG.uniform(0.99, 1.01)))(batch)
    return (batch @ WEIGHTS > 0).astype(int) if labels else batch


@pytest.mark.parametrize("name", ROWS)
def test_a_model_as_its_user_would_write_it(name, capsys):
    row = ROWS[name]
    before = INPUTS.copy()
    report, said, failure = report_of(row)
    for words in row.says:
        assert words in said
    assert (failure is not None) == (name in FAILS), failure
    assert report.results.complete == (failure is None)
    assert (before == INPUTS).all()
    if failure is not None:
        assert len(str(failure).splitlines()) == 1
        assert not report.validation.valid
        assert not report.validation.significant
        return
    latency_ns = report.results["single_stream"].latency_ns("model")
    assert np.median(latency_ns) == pytest.approx(row.takes_ns, rel=0.05)
    assert report.validation.valid, said
    shown = {(c.scenario, c.quantity): c for c in report.validation.comparisons}
    truly = row.takes_ns / MS
    found = shown["single_stream", "median latency"]
    assert found.ratio == pytest.approx(truly, rel=0.05)
    assert found.verdict == ("slower" if truly > 1.1 else "faster" if truly < 0.9 else found.verdict)


def test_slower_is_told_by_how_much_in_words_that_people_use():
    _, said, _ = report_of(ROWS["slow"])
    assert "mine takes longer than theirs: 2,000 times in Single-Stream (median latency)" in said
    assert "e+03 times" not in said
