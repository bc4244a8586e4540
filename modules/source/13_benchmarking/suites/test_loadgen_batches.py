"""The LoadGen, batches and pairs: Offline and the interleaved comparison, seen from the model's side."""

import numpy as np
import pytest

from autograder.examining.checks import expect, same_array
from autograder.examining.queries import (
    Seen,
    asked,
    column,
    columns,
    doubled,
    entries,
    queries_of,
    same_times,
    started,
    varied_ms,
)

# -- Offline ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def offline(student, clock, scripted, seed):
    """A run of four whole batches and a rest of three samples, the same for every test: (seen, batch size, n)."""

    def run():
        rng, start = started(clock, seed)
        size = int(rng.integers(5, 9))
        n = 4 * size + 3
        model, log = scripted(varied_ms(rng, 5), answer=doubled), student.QueryLog(n)
        student.offline(model, np.concatenate(queries_of(n)), size, clock, log)
        return Seen(start, model, columns(student, log)), size, n

    return student.once("offline", run)


@pytest.mark.exercise("offline", points=0.6)
def test_offline_asks_in_batches(offline):
    """One sample at a time is what Offline exists to avoid."""
    (_, model, _), size, _ = offline
    sizes = [len(b) for b in model.batches][:4]
    assert sizes == [size] * 4, expect(sizes, [size] * 4, "Give the model slices of batch_size samples.")


@pytest.mark.exercise("offline", points=0.6)
def test_offline_serves_the_last_few_samples(offline):
    """A batch tail that is dropped, or filled up with samples that are not there, changes the work."""
    (_, model, _), _, n = offline
    look = "The last batch holds what is left: every sample once, in order."
    assert len(asked(model)) == n, expect(f"{len(asked(model))} samples asked", f"{n} samples asked", look)
    assert asked(model) == list(range(n)), expect("another order", "samples in order", look)


@pytest.mark.exercise("offline", points=0.6)
def test_offline_schedules_all_at_the_start(offline):
    """Offline holds all samples from the start; scheduled with each batch, the wait of the later ones is not seen."""
    (start, _, log), size, _ = offline
    yours = column(log, "scheduled")[: 4 * size]
    look = "All samples are scheduled at the start of the run, before the first batch."
    same_times(yours, [start] * len(yours), start, look)


@pytest.mark.exercise("offline", points=0.3)
def test_offline_issues_batch_by_batch(offline):
    """Issued is when the model got the batch; the samples behind it wait."""
    (start, model, log), size, _ = offline
    began = [began for batch, began in zip(model.batches, model.began, strict=True) for _ in batch]
    look = "The samples of a batch are issued right before the model gets that batch."
    same_times(column(log, "issued")[: 4 * size], began[: 4 * size], start, look)


@pytest.mark.exercise("offline", points=0.6)
def test_offline_samples_complete_with_their_batch(offline):
    """A sample is there when its batch is: neither when the last one is, nor at its share of the batch's time."""
    (start, model, log), size, _ = offline
    ended = [end for batch, end in zip(model.batches, model.ended, strict=True) for _ in batch]
    look = "All samples of a batch complete when the model returns that batch."
    same_times(column(log, "completed")[: 4 * size], ended[: 4 * size], start, look)


@pytest.mark.exercise("offline", points=0.3)
def test_offline_keeps_the_outputs(offline):
    """What a batch returned belongs to the place of its first sample, whole."""
    (_, model, log), _, _ = offline
    look = "log.outputs[first] = model(batch), where first is the position of the batch's first sample."
    assert model.calls, expect("no batch", "5 batches", "Give the model slices of batch_size samples.")
    for batch in model.batches[:4]:  # the tail, and the size of a batch, have tests of their own
        assert batch.size, expect("a batch of 0 samples", "batches of samples", look)
        yours, due = entries(log, "outputs")[int(batch.flat[0])], doubled(batch)
        assert same_array(yours, due), expect(yours, due, look)


# -- Interleaved ------------------------------------------------------------------------------------------------------


@pytest.fixture
def interleaved(student, clock, scripted, seed):
    """A run of six queries with two models on one clock, the same for every test: (start, order, models, logs, calls),
    a call being (began, arm, query, ended)."""

    def run():
        rng, start = started(clock, seed)
        order = rng.permuted(np.tile([0, 1], (6, 1)), axis=1)
        order[:4] = [[0, 1], [1, 0], [1, 0], [0, 1]]
        models = [scripted(varied_ms(rng, 6, 2 + 9 * arm, 9 + 9 * arm), answer=doubled) for arm in (0, 1)]
        logs = [student.QueryLog(6) for _ in models]
        student.interleaved(models, queries_of(6), order, clock, logs)
        calls = sorted(
            call for arm, m in enumerate(models) for call in zip(m.began, [arm] * 6, asked(m), m.ended, strict=False)
        )
        return start, order, models, [columns(student, log) for log in logs], calls

    return student.once("interleaved", run)


@pytest.mark.exercise("interleaved", points=0.7)
def test_interleaved_follows_the_order(interleaved):
    """AAAA BBBB gives all drift of the machine to B; a fixed AB gives it whatever the second place costs."""
    _, order, _, _, calls = interleaved
    look = "For query i call the models in the order of row order[i], then go on to query i + 1."
    yours, due = [arm for _, arm, _, _ in calls], order.ravel().tolist()
    firsts = order[:, 0].tolist()  # one model for each query: which queries a model gets has a test of its own
    assert yours in (due, firsts), expect(yours, due, look)


@pytest.mark.exercise("interleaved", points=0.6)
def test_interleaved_asks_both_the_same(interleaved):
    """Two models that were given different queries were not compared."""
    _, _, models, _, _ = interleaved
    due = list(range(6))
    for arm, model in enumerate(models):
        yours = sorted(asked(model))
        assert yours == due, expect(yours, due, f"Model {arm} should be given every query exactly once.")


@pytest.mark.exercise("interleaved", points=0.6)
def test_interleaved_keeps_the_logs_apart(interleaved):
    """Logs filled by place in the row, not by model, mix the two models' numbers."""
    start, _, models, logs, _ = interleaved
    for arm, (model, log) in enumerate(zip(models, logs, strict=True)):
        assert model.calls, expect(f"model {arm} was not called", "6 calls", "Ask both models.")
        look = f"What model {arm} did belongs to logs[{arm}], whatever its place in the row."
        completed = [moment for moment in column(log, "completed") if moment != -1]
        same_times(completed, model.ended, start, look)


@pytest.mark.exercise("interleaved", points=0.5)
def test_interleaved_starts_the_clock_for_each_model(interleaved):
    """Scheduled once for the row, the second model pays for the time of the first."""
    start, _, _, logs, calls = interleaved
    began = [began for began, *_ in calls]
    look = "Scheduled and issued are when this model's own turn came."
    assert began, expect("no calls", "12 calls", "Ask both models.")
    for kind in ("scheduled", "issued"):
        same_times(sorted(t for log in logs for t in column(log, kind) if t != -1), began, start, look)


@pytest.mark.exercise("interleaved", points=0.3)
def test_interleaved_keeps_the_outputs(interleaved):
    """Outputs that are thrown away cannot be checked, and a model that answers nothing is fast."""
    _, _, models, logs, _ = interleaved
    look = "logs[arm].outputs[i] = what model number arm returned for query i."
    for model, log in zip(models, logs, strict=True):
        kept = sorted(np.asarray(output).ravel().tolist() for output in entries(log, "outputs") if not told(output))
        due = sorted(doubled(batch).ravel().tolist() for batch in model.batches)
        some = model.calls > 0 and len(kept) > 0  # which log they belong to, and which queries, have tests of their own
        assert some, expect("no outputs", "6 outputs", look)
        assert len(kept) == len(due), expect(f"{len(kept)} outputs", f"{len(due)} outputs", look)


def told(output):
    """Whether the place of an output was left as it was."""
    return isinstance(output, str | None)


@pytest.mark.exercise("interleaved", points=0.3)
def test_interleaved_serves_any_number_of_models(student, clock, scripted, seed):
    """The control is a third model: whoever writes for two leaves it out."""
    started(clock, seed)
    models = [scripted(5_000_000, answer=doubled) for _ in range(3)]
    logs = [student.QueryLog(4) for _ in models]
    order = np.array([[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1]])
    student.interleaved(models, queries_of(4), order, clock, logs)
    called = sum(model.calls > 0 for model in models)
    total = sum(model.calls for model in models)
    look = "Row order[i] is as long as there are models: call them all."
    # One model for each query has a test of its own; it leaves no model out.
    right = called == 3 and total in (12, 4)
    assert right, expect(f"{total} calls of {called} models", "12 calls of 3 models", look)
