"""What a benchmark refuses to guess: the task behind outputs and labels, and what is no answer."""

import numpy as np
import pytest

from tinytorch.benchmarking import RunFailed, Settings, TinyTorchPerf
from tinytorch.runs.outputs import class_numbers, first_bad, kind_of
from tinytorch.runs.rounds import RoundBase
from tinytorch.runs.run import QueryLog

INPUTS, LABELS = np.arange(40.0).reshape(20, 2), np.arange(20) % 2


def measured(model, labels=LABELS):
    benchmark = TinyTorchPerf(Settings(rounds=1, min_queries=20, min_duration_ns=0), progress=False)
    benchmark.set_model(model)
    benchmark.set_dataset((INPUTS, labels) if labels is not None else INPUTS)
    return benchmark


@pytest.mark.parametrize(
    "outputs",
    [
        np.full((20, 1), 0.5),  # a sigmoid that always says one half
        np.full(20, 0.5),  # probabilities: cut to whole numbers they would all be class 0
        np.zeros((20, 7, 3)),  # a score a token
        np.zeros((20, 0)),
        np.array(["cat"] * 20),
    ],
    ids=["one column", "fractions", "three dimensions", "no column", "texts"],
)
def test_outputs_that_are_no_classes_are_refused_before_anything_is_measured(outputs):
    benchmark = measured(lambda batch: outputs[: len(batch)])
    with pytest.raises(RunFailed, match=r"accuracy: .*(class scores \(n, 2 or more\)|empty)") as caught:
        benchmark.run_all_scenarios()
    assert "set_dataset(inputs)" in str(caught.value)
    assert not benchmark.results.scenarios


def test_a_label_that_no_score_stands_for_is_refused():
    scores = np.eye(2)[LABELS]
    with pytest.raises(ValueError, match="2 scores a sample, labels from 1 to 2; renumber them"):
        class_numbers(scores, LABELS + 1)
    assert class_numbers(scores, LABELS).tolist() == LABELS.tolist()
    assert class_numbers(np.array([3, 1]), np.array([3, 1])).tolist() == [3, 1]


def test_without_labels_any_output_is_measured():
    results = measured(lambda batch: np.full((len(batch), 1), 0.5), labels=None).run_all_scenarios()
    assert results.accuracy == {"model": None}


def test_a_model_that_writes_into_its_input_is_told_and_changes_nothing():
    inputs = INPUTS.copy()

    def model(batch):
        batch /= 255
        return batch

    benchmark = TinyTorchPerf(Settings(rounds=1), progress=False)
    benchmark.set_model(model)
    benchmark.set_dataset(inputs)
    with pytest.raises(RunFailed, match="read-only"):
        benchmark.run_all_scenarios()
    assert (inputs == INPUTS).all()
    inputs[0, 0] = 7  # the array stays its owner's


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ([None], "empty or None"),
        ([[]], "empty or None"),
        (np.zeros((1, 0)), "empty or None"),
        (np.array([float("nan")], dtype=object), "NaN"),
        (["a text"], "answered with numbers before and with texts now"),
    ],
    ids=["None", "empty list", "no column", "NaN in objects", "text"],
)
@pytest.mark.parametrize("among", [1, 5])
def test_what_is_no_answer_is_a_failed_query(output, said, among):
    outputs = [np.zeros((1, 3))] * (among - 1) + [output]
    place, text = first_bad(outputs, [1] * among, "numbers")
    assert (place, said in text) == (among - 1, True), text


def test_a_model_may_answer_with_texts_of_any_length():
    outputs = [["one"], ["two words"], ["three"]]
    assert first_bad(outputs, [1, 1, 1], kind_of(outputs[0])) is None


def test_an_endpoint_that_turns_to_null_fails_at_that_query():
    calls = iter(range(10_000))

    def model(batch):
        return [None] * len(batch) if next(calls) > 60 else np.ones((len(batch), 2))

    benchmark = measured(model, labels=None)
    with pytest.raises(RunFailed, match="empty or None"):
        benchmark.run_all_scenarios()
    assert not benchmark.results.complete


def test_the_kind_of_answers_is_learnt_in_the_warm_up():
    this = RoundBase({}, measured(len).library, Settings(), None, 0)
    this.kinds["model"] = "numbers"
    log = QueryLog(1)

    def drive():
        log.fill(0, 0, 1, [["text"]])

    with pytest.raises(RunFailed, match="numbers before and with texts now"):
        this.measure("single_stream", ["model"], np.zeros(1, np.int64), drive, [log])
