"""The LoadGen, batches and pairs: Offline and the interleaved comparison, seen from the model's side."""

import numpy as np
import pytest

from autograder.examining.checks import expect, same_array
from autograder.examining.queries import asked, column, doubled, queries_of, same_times, started, varied_ms

# -- Offline ----------------------------------------------------------------------------------------------------------


def run_offline(student, clock, scripted, seed):
    """Four whole batches and a rest of three samples."""
    rng, start = started(clock, seed)
    size = int(rng.integers(5, 9))
    n = 4 * size + 3
    model, log = scripted(varied_ms(rng, 5), answer=doubled), student.QueryLog(n)
    student.offline(model, np.concatenate(queries_of(n)), size, clock, log)
    return start, size, n, model, log


@pytest.mark.exercise("offline", points=1)
def test_offline_asks_in_batches(student, clock, scripted, seed):
    """One sample at a time is what Offline exists to avoid."""
    _, size, _, model, _ = run_offline(student, clock, scripted, seed)
    sizes = [len(b) for b in model.batches][:4]
    assert sizes == [size] * 4, expect(sizes, [size] * 4, "Give the model slices of batch_size samples.")


@pytest.mark.exercise("offline", points=1)
def test_offline_serves_the_last_few_samples(student, clock, scripted, seed):
    """A batch tail that is dropped, or filled up with samples that are not there, changes the work."""
    _, _, n, model, _ = run_offline(student, clock, scripted, seed)
    look = "The last batch holds what is left: every sample once, in order."
    assert len(asked(model)) == n, expect(f"{len(asked(model))} samples asked", f"{n} samples asked", look)
    assert asked(model) == list(range(n)), expect("another order", "samples in order", look)


@pytest.mark.exercise("offline", points=1)
def test_offline_schedules_all_at_the_start(student, clock, scripted, seed):
    """Offline holds all samples from the start; scheduled with each batch, the wait of the later ones is not seen."""
    start, size, *_, log = run_offline(student, clock, scripted, seed)
    yours = column(log, "scheduled")[: 4 * size]
    look = "All samples are scheduled at the start of the run, before the first batch."
    same_times(yours, [start] * len(yours), start, look)


@pytest.mark.exercise("offline", points=0.5)
def test_offline_issues_batch_by_batch(student, clock, scripted, seed):
    """Issued is when the model got the batch; the samples behind it wait."""
    start, size, _, model, log = run_offline(student, clock, scripted, seed)
    began = [began for batch, began in zip(model.batches, model.began, strict=True) for _ in batch]
    look = "The samples of a batch are issued right before the model gets that batch."
    same_times(column(log, "issued")[: 4 * size], began[: 4 * size], start, look)


@pytest.mark.exercise("offline", points=1)
def test_offline_samples_complete_with_their_batch(student, clock, scripted, seed):
    """A sample is there when its batch is: neither when the last one is, nor at its share of the batch's time."""
    start, size, _, model, log = run_offline(student, clock, scripted, seed)
    ended = [end for batch, end in zip(model.batches, model.ended, strict=True) for _ in batch]
    look = "All samples of a batch complete when the model returns that batch."
    same_times(column(log, "completed")[: 4 * size], ended[: 4 * size], start, look)


@pytest.mark.exercise("offline", points=0.5)
def test_offline_keeps_the_outputs(student, clock, scripted, seed):
    """What a batch returned belongs to the place of its first sample, whole."""
    _, size, _, _, log = run_offline(student, clock, scripted, seed)
    look = "log.outputs[first] = model(batch), where first is the position of the batch's first sample."
    for first in range(0, 4 * size, size):
        due = 2 * np.concatenate(queries_of(4 * size))[first : first + size]
        assert same_array(log.outputs[first], due), expect(log.outputs[first], due, look)


# -- Interleaved ------------------------------------------------------------------------------------------------------


def run_interleaved(student, clock, scripted, seed, n=10):
    """Two models on one clock; who was called in which order, as (began, arm, query, ended)."""
    rng, start = started(clock, seed)
    order = rng.permuted(np.tile([0, 1], (n, 1)), axis=1)
    order[:4] = [[0, 1], [1, 0], [1, 0], [0, 1]]
    models = [scripted(varied_ms(rng, n, 2 + 9 * arm, 9 + 9 * arm), answer=doubled) for arm in (0, 1)]
    logs = [student.QueryLog(n) for _ in models]
    student.interleaved(models, queries_of(n), order, clock, logs)
    calls = sorted(
        call for arm, m in enumerate(models) for call in zip(m.began, [arm] * n, asked(m), m.ended, strict=False)
    )
    return start, order, models, logs, calls


@pytest.mark.exercise("interleaved", points=1)
def test_interleaved_follows_the_order(student, clock, scripted, seed):
    """AAAA BBBB gives all drift of the machine to B; a fixed AB gives it whatever the second place costs."""
    _, order, _, _, calls = run_interleaved(student, clock, scripted, seed)
    yours, due = [arm for _, arm, _, _ in calls], order.ravel().tolist()
    look = "For query i call the models in the order of row order[i], then go on to query i + 1."
    assert yours == due, expect(yours, due, look)


@pytest.mark.exercise("interleaved", points=1)
def test_interleaved_asks_both_the_same(student, clock, scripted, seed):
    """Two models that were given different queries were not compared."""
    _, _, models, _, _ = run_interleaved(student, clock, scripted, seed)
    due = list(range(10))
    for arm, model in enumerate(models):
        yours = sorted(asked(model))
        assert yours == due, expect(yours, due, f"Model {arm} should be given every query exactly once.")


@pytest.mark.exercise("interleaved", points=1)
def test_interleaved_keeps_the_logs_apart(student, clock, scripted, seed):
    """Logs filled by place in the row, not by model, mix the two models' numbers."""
    start, _, _, logs, calls = run_interleaved(student, clock, scripted, seed)
    for arm, log in enumerate(logs):
        ended = {query: end for _, a, query, end in calls if a == arm}
        look = f"What model {arm} did belongs to logs[{arm}], whatever its place in the row."
        same_times(column(log, "completed"), [ended.get(i, -1) for i in range(10)], start, look)


@pytest.mark.exercise("interleaved", points=1)
def test_interleaved_starts_the_clock_for_each_model(student, clock, scripted, seed):
    """Scheduled once for the row, the second model pays for the time of the first."""
    start, _, _, logs, calls = run_interleaved(student, clock, scripted, seed)
    began = [began for began, *_ in calls]
    look = "Scheduled and issued are when this model's own turn came."
    for kind in ("scheduled", "issued"):
        same_times(sorted(t for log in logs for t in column(log, kind)), began, start, look)
