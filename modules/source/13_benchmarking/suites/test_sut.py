"""The system under test: one output per sample, and how many of them are right."""

import re

import numpy as np
import pytest

from autograder.examining.checks import close, expect, same_array
from autograder.examining.errors import StudentError
from autograder.examining.promised import refused


def labels_and_near_misses(rng):
    """Sorted labels, and predictions that are wrong at the end of each class and still sorted: order cannot matter."""
    labels = np.repeat(np.arange(int(rng.integers(4, 8))), int(rng.integers(6, 12)))
    predicted = labels.copy()
    ends = np.flatnonzero(np.diff(labels))
    predicted[ends] += 1
    return labels, predicted, 1 - len(ends) / len(labels)


@pytest.mark.exercise("check_outputs", points=0.1)
def test_good_outputs_come_back_as_they_are(student, seed):
    """Outputs that were squeezed or flattened no longer hold one row per sample."""
    rng = np.random.default_rng(seed)
    for shape in [(1, 4), (int(rng.integers(5, 20)), 1), (int(rng.integers(5, 20)), 3)]:
        outputs = rng.normal(size=shape)
        checked = student.check_outputs(outputs, shape[0])
        look = "Outputs that pass the check are returned unchanged: same values, same shape."
        assert same_array(checked, outputs), expect(checked, outputs, look)


@pytest.mark.exercise("check_outputs", points=0.2)
def test_a_list_comes_back_as_an_array(student, seed):
    """A model may return a plain list; what follows in the LoadGen needs an array."""
    outputs = np.random.default_rng(seed).normal(size=9)
    checked = student.check_outputs(outputs.tolist(), 9)
    assert same_array(checked, outputs), expect(checked, outputs, "np.asarray makes an array of a list.")


def refusal(student, outputs, said, n):
    """The message with which `outputs` are refused for `n` samples, where as many outputs as samples are not."""
    good = np.zeros(max(n, 2))
    checked = student.check_outputs(good, len(good))
    assert same_array(checked, good), expect(checked, good, f"{len(good)} outputs for {len(good)} samples are right.")
    [message] = refused({f"{said} for {n} samples": student.made(student.check_outputs, outputs, n)})
    return message


@pytest.mark.exercise("check_outputs", points=0.2)
def test_too_few_outputs_are_refused(student, seed):
    """A model that lost samples must not be timed as if it had served them."""
    n = int(np.random.default_rng(seed).integers(6, 30))
    refusal(student, np.zeros((n - 1, 2)), f"{n - 1} outputs", n)


@pytest.mark.exercise("check_outputs", points=0.15)
def test_too_many_outputs_are_refused(student, seed):
    """Cutting surplus outputs off hides that outputs and samples no longer belong together."""
    n = int(np.random.default_rng(seed).integers(6, 30))
    refusal(student, np.zeros((n + 1, 2)), f"{n + 1} outputs", n)


@pytest.mark.exercise("check_outputs", points=0.15)
def test_one_bare_number_is_refused(student, seed):
    """A model that returns one number for a whole batch has no length at all, not even that of a batch of one."""
    for n in (int(np.random.default_rng(seed).integers(6, 30)), 1):
        refusal(student, np.float64(0.5), "a single number", n)


@pytest.mark.exercise("check_outputs", points=0.2)
def test_the_error_names_both_counts(student, seed):
    """An error that does not say how many came and how many were due sends its reader guessing."""
    n, short, more = (int(x) for x in np.random.default_rng(seed).integers((200, 100, 300), (300, 200, 400)))
    for wrong in (short, 0):
        try:
            outputs, said = (np.zeros(wrong), f"{wrong} outputs") if wrong else (np.float64(0.5), "a single number")
            message = refusal(student, outputs, said, n)
        except (AssertionError, StudentError):  # which has a test of its own
            wrong = more
            message = refusal(student, np.zeros(more), f"{more} outputs", n)
        named = [str(k) for k in (n, wrong) if re.search(rf"(?<![\d.-]){k}(?![\d.]\d|\d)", message)]
        look = "Put both counts into the message; a single number counts as 0 outputs."
        assert len(named) == 2, expect(f"{len(named)} of 2 counts", "2 of 2 counts", look)


def scores_for(rng, predicted, classes):
    """Scores (n, classes) whose largest stand where the predictions are."""
    scores = rng.uniform(-1, 0, size=(len(predicted), classes))
    scores[np.arange(len(predicted)), predicted] = rng.uniform(0.1, 1, size=len(predicted))
    return scores


def right(yours, truth, n):
    """Whether the right predictions were found: as a share, or as a number, which has a test of its own."""
    return close(yours, truth) or close(yours, truth * n)


@pytest.mark.exercise("accuracy", points=0.3)
def test_scores_count_by_their_best_class(student, seed):
    """The prediction is the position of the largest score in each row, not in each column."""
    rng = np.random.default_rng(seed)
    labels, predicted, truth = labels_and_near_misses(rng)
    yours = student.accuracy(scores_for(rng, predicted, labels.max() + 1), labels)
    look = "With outputs (n, classes) a prediction is the position of the largest score of its row."
    assert right(yours, truth, len(labels)), expect(yours, truth, look)


@pytest.mark.exercise("accuracy", points=0.3)
def test_class_ids_count_as_they_are(student, seed):
    """Outputs of shape (n,) are classes already; their argmax would be a position in the batch."""
    labels, predicted, truth = labels_and_near_misses(np.random.default_rng(seed))
    yours = student.accuracy(predicted, labels)
    look = "With outputs (n,) each output is the predicted class itself."
    assert right(yours, truth, len(labels)), expect(yours, truth, look)


@pytest.mark.exercise("accuracy", points=0.3)
def test_accuracy_is_a_share(student, seed):
    """The number of right answers grows with the number of questions, and compares no two test sets."""
    rng = np.random.default_rng(seed)
    labels, predicted, truth = labels_and_near_misses(rng)
    yours = student.accuracy(predicted, labels)
    if not close(yours, truth):  # class ids, or scores: each has a test of its own
        yours = student.accuracy(scores_for(rng, predicted, labels.max() + 1), labels)
    assert close(yours, truth), expect(yours, truth, "Divide the number of right answers by that of the samples.")


@pytest.mark.exercise("accuracy", points=0.3)
def test_each_output_meets_its_own_label(student):
    """Right classes for the wrong samples are wrong, however well the class counts agree."""
    labels, predicted, truth = np.arange(7), np.array([0, 2, 1, 4, 3, 5, 6]), 3 / 7
    yours = student.accuracy(predicted, labels)
    if not right(yours, truth, 7):  # class ids, or scores: each has a test of its own
        yours = student.accuracy(np.eye(7)[predicted], labels)
    look = "Compare output i with label i, in the order in which they came."
    assert right(yours, truth, 7), expect(yours, truth, look)


def scores_one_sample(student):
    """Check that one sample with one label, which is right, scores 1: what is refused or None must be no habit."""
    yours = student.accuracy(np.array([[1.0, 0.0]]), np.array([0]))
    assert close(yours, 1.0), expect(yours, 1.0, "One sample whose best class is its label: all of it is right.")


@pytest.mark.exercise("accuracy", points=0.3)
def test_without_labels_there_is_no_accuracy(student, seed):
    """A number that was not measured is never returned, not even 0."""
    scores_one_sample(student)
    yours = student.accuracy(np.random.default_rng(seed).normal(size=(7, 3)), None)
    assert yours is None, expect(yours, None, "Without labels nothing was measured.")


@pytest.mark.exercise("accuracy", points=0.25)
def test_lengths_must_agree(student, seed):
    """One output against many labels broadcasts in numpy and gives a number that means nothing."""
    scores_one_sample(student)
    labels = np.random.default_rng(seed).integers(0, 3, size=12)
    calls = {"1 output, 12 labels": student.made(student.accuracy, labels[:1], labels)}
    calls["12 outputs, 1 label"] = student.made(student.accuracy, np.eye(3)[labels], labels[:1])
    refused(calls)


@pytest.mark.exercise("accuracy", points=0.25)
def test_nothing_to_score_is_refused(student):
    """The mean of no comparisons is not a number."""
    scores_one_sample(student)
    nothing = np.zeros(0, dtype=np.int64)
    refused({"no outputs, no labels": student.made(student.accuracy, nothing, nothing)})
