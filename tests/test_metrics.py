"""What makes an answer right is said and never guessed: each metric on answers as people have them, what it refuses."""

import json
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tinytorch.benchmarking import PerformanceReporter, Settings, StatisticalValidator, TinyTorchPerf, load_results
from tinytorch.cli import main
from tinytorch.datasets import QuerySampleLibrary, load_dataset
from tinytorch.pitfalls import accuracy_drop, error_growth, score_drop
from tinytorch.runs.rating import rated

X = np.arange(8.0).reshape(4, 2)
HALF = np.array([0, 1, 1, 0])
TAGS = np.array([[1, 0], [0, 1], [1, 1], [0, 0]])


def library(labels, metric):
    return QuerySampleLibrary.from_arrays(X, labels, metric=metric)


def near(outputs, labels):
    """How near each answer is."""
    return 1 / (1 + np.abs(outputs - labels))


@pytest.mark.parametrize(
    ("metric", "labels", "outputs", "kept"),
    [
        ("top1", [0, 1, 1, 0], np.eye(2)[[0, 1, 0, 0]], [0, 1, 0, 0]),
        ("binary", HALF, np.array([0.2, 0.9, 0.5, 0.1]), [0, 1, 0, 0]),
        ("binary", HALF.astype(bool), np.array([[0.2], [0.9], [0.6], [0.1]]), [0, 1, 1, 0]),
        ("binary", HALF, HALF.astype(bool), [0, 1, 1, 0]),
        ("multilabel", TAGS, TAGS * 0.8 + 0.1, [1, 1, 1, 1]),
        ("multilabel", TAGS, np.full((4, 2), 0.6), [0, 0, 1, 0]),
        ("regression", [1.0, 2.0, 3.0, 4.0], np.array([1.0, 2.5, 2.0, 4]), [0, 0.5, 1, 0]),
        ("regression", [1, 2, 3, 4], np.array([[1], [2], [3], [6]]), [0, 0, 0, 2]),
        ("regression", TAGS, TAGS + np.array([0, 1]), [0.5, 0.5, 0.5, 0.5]),
        (near, [1.0, 2.0, 3.0, 4.0], np.array([1.0, 3.0, 3.0, 4.0]), [1, 0.5, 1, 1]),
        (lambda outputs, labels: outputs == labels, ["a", "b", "c", "d"], np.array(["a", "x", "c", "d"]), [1, 0, 1, 1]),
    ],
)
def test_answers_are_rated_by_their_metric(metric, labels, outputs, kept):
    assert rated(np.asarray(outputs), library(labels, metric)).tolist() == kept


@pytest.mark.parametrize(
    ("metric", "labels", "said"),
    [
        ("f1", HALF, "metric is top1, binary, multilabel, regression, none, or a function"),
        ("binary", HALF + 1, "binary takes labels of 0 and 1, got 2"),
        ("binary", HALF * 0.5, "binary takes labels"),
        ("binary", TAGS, "binary takes labels"),
        ("binary", None, "metric binary needs labels"),
        (near, None, "metric near needs labels"),
        ("multilabel", HALF, "multilabel takes labels"),
        ("multilabel", TAGS * 2, "got 2; renumber them"),
        ("regression", [1.0, np.nan, 2.0, 3.0], "targets that are finite"),
        ("regression", ["a", "b", "c", "d"], "regression takes targets"),
        ("regression", [1.0, 2.0], "4 samples and 2 labels"),
        ("top1", HALF * 0.5, "for a regression say metric='regression'"),
        ("top1", TAGS, "or say metric='multilabel'"),
        (near, [None, {}, [], 1], "labels are numbers or texts"),
        (near, 3.0, "a single value labels"),
    ],
)
def test_labels_that_a_metric_does_not_take_are_refused(metric, labels, said):
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        library(labels, metric)


@pytest.mark.parametrize(
    ("metric", "labels", "outputs", "said"),
    [
        ("binary", HALF, np.eye(2)[HALF], "for a score a class say metric='top1'"),
        ("binary", HALF, np.array([-3.0, 2.0, 1.0, 0.0]), "give scores through a sigmoid"),
        ("binary", HALF, np.array(["a"] * 4), "binary takes probabilities"),
        ("multilabel", TAGS, np.zeros((4, 3)), r"multilabel takes probabilities of shape \(4, 2\)"),
        ("multilabel", TAGS, TAGS * 5.0, "from 0 to 1, got 0 to 5"),
        ("regression", [1.0, 2.0, 3.0, 4.0], np.zeros((4, 2)), r"regression takes outputs of shape \(4,\)"),
        (lambda o, y: 0.5, HALF, np.zeros(4), r"a number a sample, shape \(4,\), got \(\)"),
        (lambda o, y: o - y, HALF, np.zeros(4), "from 0 to 1, got -1; scale it"),
        (lambda o, y: np.full(4, np.nan), HALF, np.zeros(4), "from 0 to 1, got nan"),
    ],
)
def test_answers_that_a_metric_does_not_take_are_refused(metric, labels, outputs, said):
    with pytest.raises(ValueError, match=said):
        rated(outputs, library(labels, metric))


def test_none_lets_the_labels_go():
    assert library(["whatever", 1, 2, 3], "none").labels is None
    assert load_dataset("digits", metric="none").labels is None
    assert load_dataset("digits").metric == "top1"


SCORES = st.lists(st.floats(0, 1), min_size=2, max_size=30)


@given(SCORES.flatmap(lambda s: st.tuples(st.just(s), st.lists(st.floats(0, 1), min_size=len(s), max_size=len(s)))))
def test_a_drop_of_scores_is_students_interval_of_the_pairs(pairs):
    """scipy says the same of the differences; where all are right or wrong it is the interval of proportions."""
    model, reference = map(np.array, pairs)
    found = score_drop(model, reference)
    if not reference.any():
        assert found is None
    elif np.isin(np.concatenate([model, reference]), (0, 1)).all():
        assert found == accuracy_drop(model == 1, reference == 1)
    else:
        lost = reference - model
        scale = lost.std(ddof=1) / len(lost) ** 0.5
        ends = stats.t.interval(0.90, len(lost) - 1, loc=lost.mean(), scale=scale) if scale else (lost.mean(),) * 2
        assert np.allclose((found.low, found.high), ends, atol=1e-12)


def test_error_growth_covers_the_true_ratio():
    """Of 2,000 pairs of errors whose means differ by a true 4 %, nine of ten intervals hold it."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(2_000):
        reference = rng.exponential(1.0, 200)
        found = error_growth(1.04 * reference * rng.lognormal(-0.02, 0.2, 200), reference)
        held += found.low <= 0.04 <= found.high
    assert 0.88 <= held / 2_000 <= 0.92
    assert error_growth(np.ones(5), np.zeros(5)) is None
    assert error_growth(np.ones(50) * 1.2, np.ones(50)).verdict == "fail"
    assert error_growth(np.ones(50), np.ones(50)).verdict == "pass"


def benchmark(model, baseline, labels, metric):
    bench = TinyTorchPerf(Settings(rounds=6, min_queries=60, min_duration_ns=0, control=False), progress=False)
    bench.set_model(model, name="model")
    bench.set_baseline(baseline, name="baseline")
    inputs = np.linspace(0, 1, 200).reshape(-1, 1)
    bench.set_dataset((inputs, labels(inputs)), metric=metric)
    return bench.run(["single_stream"])


def test_a_classifier_that_always_says_a_half_is_not_as_right_as_a_perfect_one(tmp_path):
    """It was called 47 times faster and as accurate: both answers had been cut to the same class."""
    half = lambda batch: np.full((len(batch), 1), 0.5)  # noqa: E731
    perfect = lambda batch: (batch > 0.5).astype(float)  # noqa: E731
    results = benchmark(half, perfect, lambda x: (x[:, 0] > 0.5).astype(int), "binary")
    assert results.accuracy == {"model": 0.5, "baseline": 1.0}
    found = StatisticalValidator().validate_results(results)
    assert (found.accuracy.verdict, found.significant) == ("fail", False)
    text = PerformanceReporter().generate_report(results).to_markdown()
    assert "| Accuracy | of two classes | 50.0 % | 100.0 % |" in text


def test_a_regression_is_reported_by_its_error_and_reads_back(tmp_path):
    worse = lambda batch: batch[:, 0] * 2 + 0.2  # noqa: E731
    better = lambda batch: batch[:, 0] * 2 + 0.1  # noqa: E731
    results = benchmark(worse, better, lambda x: 2 * x[:, 0], "regression")
    report = PerformanceReporter().generate_report(results)
    assert results.mean_error == pytest.approx({"model": 0.2, "baseline": 0.1})
    assert results.accuracy == {"model": None, "baseline": None}
    assert report.validation.accuracy.verdict == "fail"
    assert report.validation.accuracy.drop == pytest.approx(1.0)
    for text in (report.to_markdown(), report.to_html()):
        assert "the mean absolute error grows by 100.0 %" in text
        assert "larger errors on average" in text
    report.save_as_json(tmp_path / "r.json")
    again = load_results(tmp_path / "r.json")
    assert again.metric == "regression"
    assert again.scores["model"].tolist() == results.scores["model"].tolist()
    assert main(["verify", str(tmp_path / "r.json")]) == 0


MODULE = """
import numpy as np
def model(batch):
    return batch[:, 0] * 3.0
def near(outputs, labels):
    return np.clip(1 - np.abs(outputs - labels), 0, 1)
"""
SHORT = ["--rounds", "2", "--min-queries", "20", "--min-duration", "0.001", "--quiet", "--scenario", "offline"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "metric_models", raising=False)
    (tmp_path / "metric_models.py").write_text(MODULE)
    (tmp_path / "houses.csv").write_text("size,price\n" + "".join(f"{i},{3 * i + 0.25}\n" for i in range(20)))
    return tmp_path


@pytest.mark.parametrize(("metric", "stated"), [("regression", 0.25), ("metric_models:near", 0.75), ("none", None)])
def test_the_command_takes_a_metric(folder, metric, stated):
    words = ["--dataset", "houses.csv", "--label", "price", "--metric", metric]
    main(["perf", "metric_models:model", *SHORT, *words, "--json", "a.json"])
    held = json.loads((folder / "a.json").read_text())
    results = load_results(folder / "a.json")
    found = results.mean_error if metric == "regression" else results.accuracy
    assert found.get("model") == pytest.approx(stated)
    assert held["results"]["metric"] == metric.rpartition(":")[2]


@pytest.mark.parametrize(
    ("metric", "said"),
    [("f1", "metric is top1"), ("metric_models:mdoel", "has no 'mdoel'"), ("binary", "labels are classes, whole")],
)
def test_a_metric_that_is_none_ends_before_anything_is_measured(folder, metric, said, capsys):
    words = ["--dataset", "houses.csv", "--label", "price", "--metric", metric]
    assert main(["perf", "metric_models:model", *SHORT, *words]) == 2
    assert said in capsys.readouterr().err


def test_the_accuracy_pass_asks_in_batches_of_the_settings():
    """An endpoint that takes eight at a time was asked for 256."""

    def answer(batch):
        if len(batch) > 8:
            raise ValueError(f"a batch may hold 8, got {len(batch)}")
        return np.zeros(len(batch), int)

    bench = TinyTorchPerf(Settings(rounds=2, min_queries=20, min_duration_ns=0, batch_size=8), progress=False)
    bench.set_model(answer, name="limited")
    bench.set_dataset((np.zeros((60, 2)), np.arange(60) % 2))
    assert bench.run(["offline"]).accuracy == {"model": 0.5}
