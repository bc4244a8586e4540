"""`tinytorch verify`: honest results of every scenario pass, forged ones are refused with the reason."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.test_same_runs import DATA, Varied
from tinytorch.benchmarking import PerformanceReporter, Results, Settings, TinyTorchPerf, VirtualClock
from tinytorch.cli import main
from tinytorch.verifying import verify

MS = 1_000_000
SCENARIOS = ["single_stream", "server", "offline", "multi_stream"]
ASKED = {"rounds": 6, "min_queries": 600, "target_qps": 100.0, "min_duration_ns": 100 * MS}


def measured(scenarios=SCENARIOS, start_ns=0, baseline=True, **changed) -> Results:
    clock = VirtualClock()
    clock.advance_ns(start_ns)
    perf = TinyTorchPerf(Settings(**ASKED | changed), clock, progress=False)
    perf.set_model(Varied(clock, 2 * MS, MS // 5, 1), name="m")
    if baseline:
        perf.set_baseline(Varied(clock, int(2.2 * MS), MS // 5, 2), name="b")
    perf.set_dataset(DATA)
    return perf.run(scenarios)


@pytest.fixture(scope="module")
def whole() -> Results:
    return measured()


@pytest.fixture
def problems(tmp_path):
    """Return what is wrong with results once they are saved, all of it as one text."""

    def found(results, **options):
        path = PerformanceReporter().generate_report(results).save_as_json(tmp_path / "r.json")
        return "\n".join(verify(path, **options).problems)

    return found


def forged(results, scenario, arm, number, **columns):
    """Return the results with other columns in one run; a number of queries is what the columns leave."""
    runs = {name: list(each) for name, each in results[scenario].runs.items()}
    runs[arm][number] = replace(runs[arm][number], **columns)
    return with_runs(results, scenario, runs)


def with_runs(results, scenario, runs):
    settings, step = results[scenario].settings, results[scenario].clock_step_ns
    held = dict(results.scenarios) | {scenario: type(results[scenario])(scenario, runs, settings, step)}
    return replace(results, scenarios=held)


def without(run, gone):
    names = ("scheduled_ns", "issued_ns", "completed_ns", "sample_indices")
    return {name: np.delete(getattr(run, name), gone) for name in names}


def test_honest_results_of_every_scenario_pass(whole, problems):
    assert problems(whole) == ""


@pytest.mark.parametrize(
    "asked",
    [
        {"baseline": False},
        {"control": False, "scenarios": ["single_stream"]},
        {"scenarios": ["server"], "seed": 5},
        {"scenarios": ["server"], "max_batch": 4, "batch_timeout_ns": 30 * MS},
        {"mlperf_trace": True},
        {"target_qps": None},
        {"rounds": None, "most_rounds": 12},
        {"rounds": None, "margin": 0.5},
    ],
)
def test_honest_results_of_other_settings_pass(asked, problems):
    assert problems(measured(**asked)) == ""


@pytest.mark.parametrize("asked", [{"workers": 2}, {"max_batch": 4}, {"baseline": True}])
def test_honest_results_of_the_machine_s_clock_pass(problems, asked):
    baseline = asked.pop("baseline", False)
    perf = TinyTorchPerf(Settings(rounds=3, min_queries=600, min_duration_ns=MS, **asked), progress=False)
    perf.set_model(lambda batch: np.tanh(batch @ np.ones((2, 3))), name="m")
    if baseline:
        perf.set_baseline(lambda batch: np.exp(-batch @ np.ones((2, 3))), name="b")
    perf.set_dataset(DATA)
    assert problems(perf.run(SCENARIOS)) == ""


def test_a_result_that_failed_midway_passes(problems):
    class Failing(Varied):
        left = 900

        def __call__(self, batch):
            Failing.left -= 1
            if Failing.left < 0:
                raise RuntimeError("no more")
            return super().__call__(batch)

        def __deepcopy__(self, memo):
            return Failing(self.clock, self.least_ns, self.per_sample_ns, self.seed)

    clock = VirtualClock()
    perf = TinyTorchPerf(Settings(**ASKED), clock, progress=False)
    perf.set_model(Failing(clock, 2 * MS, MS // 5, 1), name="m")
    perf.set_dataset(DATA)
    with pytest.raises(RuntimeError):
        perf.run(SCENARIOS)
    assert problems(perf.results) == ""


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_shifted_times_are_refused(whole, problems, scenario):
    run = whole[scenario].runs["model"][2]
    completed = run.completed_ns.copy()
    completed[8:] += 50 * MS  # the first query of a second batch, and what follows
    completed[8] += 900 * MS
    said = problems(forged(whole, scenario, "model", 2, completed_ns=completed))
    assert "before another one had answered" in said or "one before" in said or "at different moments" in said


def test_due_times_made_later_are_refused(whole, problems):
    run = whole["server"].runs["model"][1]
    due = np.minimum(run.scheduled_ns + MS, run.issued_ns)
    assert "from where the seeds draw it" in problems(forged(whole, "server", "model", 1, scheduled_ns=due))


def test_a_query_issued_before_it_is_due_is_refused(whole, problems):
    run = whole["server"].runs["model"][1]
    issued = run.issued_ns.copy()
    issued[0] -= 5
    assert "5 ns before it was due" in problems(forged(whole, "server", "model", 1, issued_ns=issued))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_swapped_samples_are_refused(whole, problems, scenario):
    run = whole[scenario].runs["baseline"][3]
    indices = run.sample_indices.copy()
    first = int(np.flatnonzero(indices != indices[0])[0])
    indices[[0, first]] = indices[[first, 0]]
    assert "its seeds draw" in problems(forged(whole, scenario, "baseline", 3, sample_indices=indices))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_deleted_slow_queries_are_refused(whole, problems, scenario):
    runs = whole[scenario].runs
    slow = np.argsort(runs["model"][0].latency_ns)[-8:]
    results = whole
    for arm in runs:
        if len(runs[arm][0].completed_ns) > slow.max():
            results = forged(results, scenario, arm, 0, **without(runs[arm][0], slow))
    assert "round 1" in problems(results)


def test_queries_deleted_at_the_end_of_a_server_are_refused(whole, problems):
    results = whole
    for arm, runs in whole["server"].runs.items():
        results = forged(results, "server", arm, 0, **without(runs[0], np.arange(runs[0].n - 9, runs[0].n)))
    assert "(deleted, or added)" in problems(results)


@pytest.mark.parametrize("scenario", ["single_stream", "server", "multi_stream"])
def test_other_seeds_are_refused(whole, problems, scenario):
    settings = replace(whole.settings, seed=14)
    held = {scenario: type(whole[scenario])(scenario, whole[scenario].runs, settings)}
    assert "seeds draw" in problems(replace(whole, settings=settings, scenarios=held))


def test_another_seed_than_the_one_given_beforehand_is_refused(whole, problems):
    assert problems(whole, seed=13) == ""
    assert "given beforehand is 4711" in problems(whole, seed=4711)


@pytest.mark.parametrize(("later_s", "seed"), [(30, 13), (3600, 13), (-1, 13), (30, 14)])
def test_two_runs_spliced_are_refused(problems, later_s, seed):
    one = measured(start_ns=20_000 * MS)
    last = max(int(run.completed_ns.max()) for run in one["multi_stream"].runs["model"])
    other, results = measured(start_ns=last + later_s * 1000 * MS, seed=seed), one
    for scenario in SCENARIOS:
        arms = one[scenario].runs
        runs = {arm: [*each[:3], *other[scenario].runs[arm][3:]] for arm, each in arms.items()}
        if later_s < 0:
            runs = {arm: [*other[scenario].runs[arm][:3], *each[3:]] for arm, each in arms.items()}
        results = with_runs(results, scenario, runs)
    assert ("of two runs" if seed == 13 else "seeds draw") in problems(results)


def test_one_model_of_another_run_is_refused(whole, problems):
    other = measured(start_ns=17)
    runs = dict(whole["single_stream"].runs) | {"baseline": other["single_stream"].runs["baseline"]}
    assert problems(with_runs(whole, "single_stream", runs))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_models_that_changed_places_are_refused(whole, problems, scenario):
    runs = dict(whole[scenario].runs)
    runs["model"], runs["baseline"] = runs["baseline"], runs["model"]
    said = problems(with_runs(whole, scenario, runs))
    assert "another model's turn" in said or "in another order than the seeds draw" in said


def test_times_far_under_a_step_of_the_clock_are_refused(problems):
    results = measured(["offline"])
    runs = [run for each in results["offline"].runs.values() for run in each]
    shortest = min(int((run.completed_ns - run.issued_ns).min()) for run in runs)
    for step, refused in ((2 * shortest, False), (2 * shortest + 2, True)):
        said = problems(replace(results, virtual_time=False, clock_step_ns=step))
        assert ("took a time under half a step of the clock" in said) == refused


@pytest.mark.parametrize("step", [1_237, 99_999])
def test_a_clock_that_is_slow_to_read_or_rounds_its_steps_is_nobodys_forgery(problems, step):
    """Its smallest step seen is what a reading takes, or a ns short of a tick: honest times are no multiples of it."""
    said = problems(replace(measured(["offline"]), virtual_time=False, clock_step_ns=step))
    assert "step" not in said


def test_a_round_left_out_is_refused(whole, problems):
    runs = {arm: each[:2] + each[3:] for arm, each in whole["server"].runs.items()}
    assert "6 rounds were measured, the model has 5 runs" in problems(with_runs(whole, "server", runs))


def test_invented_times_on_too_coarse_a_grid_are_refused(whole, problems):
    coarse = measured(["single_stream"], baseline=False, control=False)
    runs = [
        replace(
            run,
            scheduled_ns=run.scheduled_ns // MS * MS,
            issued_ns=run.issued_ns // MS * MS,
            completed_ns=run.completed_ns // MS * MS,
        )
        for run in coarse["single_stream"].runs["model"]
    ]
    results = replace(with_runs(coarse, "single_stream", {"model": runs}), virtual_time=False, clock_step_ns=20)
    assert "the clock was seen to take steps of 20 ns" in problems(results)


FORGERIES = {
    "valid": lambda held: held.update(valid=not held["valid"]),
    "answer": lambda held: held.update(answer="m is faster than b: 9 times."),
    "comparisons": lambda held: held["comparisons"][0].update(verdict="equivalent"),
    "summary": lambda held: held["summary"][0]["arms"]["model"].update(median=0.001),
    "accuracy": lambda held: held["accuracy"].update(model=0.99),
    "pitfalls": lambda held: held.update(pitfalls=[*held["pitfalls"], {"name": "x"}]),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_changed_conclusions_are_refused(whole, tmp_path, capsys, name):
    path = PerformanceReporter().generate_report(whole).save_as_json(tmp_path / "r.json")
    held = json.loads(path.read_text())
    FORGERIES[name](held)
    path.write_text(json.dumps(held))
    assert main(["verify", str(path)]) == 1
    assert capsys.readouterr().out.startswith(f"refused: {name}")


def test_the_command_says_what_holds_and_what_it_cannot_know(whole, tmp_path, capsys):
    path = PerformanceReporter().generate_report(whole).save_as_json(tmp_path / "r.json")
    assert main(["verify", str(path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("consistent: 6 rounds")
    assert "Invented times that keep all these rules would pass" in said
    assert main(["verify", str(path), "--json", "--seed", "1"]) == 1
    assert json.loads(capsys.readouterr().out)["level"] == "refused"


def test_what_is_no_result_is_told_in_a_sentence(tmp_path, capsys):
    path = tmp_path / "r.json"
    path.write_text("[1]")
    assert main(["verify", str(path)]) == 2
    assert capsys.readouterr().err.startswith("tinytorch verify: ")
