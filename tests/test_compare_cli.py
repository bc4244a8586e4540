"""`tinytorch compare`: regressions found, equals passed, and what cannot be compared refused. All on virtual time."""

import json
import re

import pytest

from tests.two_sessions import CPU_B, MS, saved
from tests.two_sessions import measured as alone
from tinytorch.cli import main


def measured(model=1.0, baseline=1.5, **changed):
    """Results beside a baseline that two sessions share."""
    return alone(model, baseline, **changed)


@pytest.fixture
def compare(tmp_path, capsys):
    """Return what compares two results as the command does: exit status, what was printed, what was said."""

    def run(old, new, *options):
        files = [saved(results, tmp_path / name) for results, name in ((old, "old.json"), (new, "new.json"))]
        status = main(["compare", *files, *options])
        return status, *capsys.readouterr()

    return run


def verdicts(printed):
    return [line.split()[-1] for line in printed.splitlines() if "new / old" in line]


def test_equal_models_pass(compare):
    status, printed, said = compare(measured(seed=1), measured(seed=2))
    assert (status, said) == (0, "")
    assert verdicts(printed) == ["equivalent"] * 4
    assert "accuracy" in printed
    assert "pass" in printed


def test_a_slower_model_is_1_and_a_faster_one_is_not(compare):
    slow, fast = measured(1.1, seed=3), measured(1.0, seed=4)
    status, printed, _ = compare(fast, slow)
    assert status == 1
    assert verdicts(printed) == ["slower"] * 4
    assert re.search(r"single_stream  median latency +new / old 1\.(09|10)", printed)
    status, printed, _ = compare(slow, fast)
    assert status == 0
    assert verdicts(printed) == ["faster"] * 4


def test_the_changes_as_data(compare):
    fast, slow = measured(1.0, seed=4), measured(1.1, seed=3)
    status, printed, _ = compare(fast, slow, "--json")
    data = json.loads(printed)
    assert (status, data["regression"]) == (1, True)
    assert [change["verdict"] for change in data["changes"]] == ["slower"] * 4
    assert all(change["low"] < change["ratio"] < change["high"] for change in data["changes"])
    assert data["accuracy"]["verdict"] == "pass"
    assert data["comparable"]
    assert [row["new_ms"] > row["old_ms"] for row in data["medians"]] == [True] * 4
    status, printed, _ = compare(slow, fast, "--json")
    assert (status, json.loads(printed)["regression"]) == (0, False)


def test_a_regression_within_the_margin_passes(compare):
    old, new = measured(1.0, seed=5), measured(1.1, seed=6)
    assert compare(old, new, "--margin", "0.2")[0] == 0
    assert compare(old, new, "--margin", "0")[0] == 1


def test_noise_is_not_a_regression(compare):
    status, printed, _ = compare(measured(1.0, seed=7, spread=0.2), measured(1.05, seed=8, spread=0.2))
    assert status == 0
    assert set(verdicts(printed)) == {"resolved"}  # 'not resolved'


def test_what_is_not_resolved_can_be_made_to_fail(compare):
    old, new = measured(1.0, seed=7, spread=0.2), measured(1.05, seed=8, spread=0.2)
    assert compare(old, new, "--strict")[0] == 1
    assert compare(measured(seed=1), measured(seed=2), "--strict")[0] == 0


def test_annotations_name_scenario_ratio_and_interval(compare):
    slow, fast = measured(1.1, seed=3), measured(1.0, seed=4)
    status, printed, _ = compare(fast, slow, "--annotate")
    lines = [line for line in printed.splitlines() if line.startswith("::")]
    assert (status, len(lines)) == (1, 4)
    number = r"1\.[01]\d\d"
    said = rf"::error title=single_stream%2C median latency::slower: new / old {number} \[{number}, {number}\]"
    assert re.fullmatch(said, lines[0])
    assert "::" not in compare(slow, fast, "--annotate")[1]
    status, printed, said = compare(fast, slow, "--annotate", "--json")
    assert json.loads(printed)["regression"]
    assert said.startswith("::error")
    noisy = measured(1.0, seed=7, spread=0.2), measured(1.05, seed=8, spread=0.2)
    assert compare(*noisy, "--annotate")[1].count("::warning") == 4
    assert compare(*noisy, "--annotate", "--strict")[1].count("::error") == 4


def test_a_shared_baseline_cancels_a_slower_machine(compare):
    old = measured(1.0, baseline=2.0, seed=9, min_queries=2_400)
    other_machine = measured(1.0, baseline=2.0, seed=10, machine=1.3, min_queries=2_400)
    other_machine.environment = dict(CPU_B)
    status, printed, _ = compare(old, other_machine)
    assert status == 0
    assert verdicts(printed) == ["equivalent"] * 3
    assert "note: CPU was A and is B" in printed
    assert "note: the baseline took 1.3 times as long: queues do not scale with that, so Server is not" in printed
    assert "machine's own change" not in printed
    assert compare(old, measured(1.1, baseline=2.0, seed=11, machine=1.3, min_queries=2_400))[0] == 1


def test_on_the_same_machine_a_shared_baseline_leaves_server_in(compare):
    status, printed, _ = compare(measured(2.0, baseline=1.0, seed=9), measured(2.2, baseline=1.0, seed=10))
    assert status == 1
    assert verdicts(printed) == ["slower"] * 4


def test_a_slower_machine_is_not_taken_for_longer_queues(compare):
    """The model is slower than its baseline, so that its queue grows more on a slower machine."""
    status, printed, _ = compare(
        measured(2.0, baseline=1.0, seed=9, min_queries=2_400),
        measured(2.0, baseline=1.0, seed=10, machine=1.3, min_queries=2_400),
    )
    assert status == 0
    assert "server" not in printed


@pytest.mark.parametrize("machine", [1.0, 1.3])
def test_without_one_the_two_stand_side_by_side_and_nothing_is_claimed(compare, machine):
    """A slower machine would be taken for a slower model."""
    for new in (alone(seed=13, machine=machine), measured(baseline=1.0, seed=13, machine=machine)):
        status, printed, said = compare(alone(seed=12), new)
        assert status == 2
        assert verdicts(printed) == []
        assert printed.count("not comparable") == 4
        assert re.search(r"single_stream  median latency +old 4\.\d* ms, new [45]\.\d* ms +not comparable", printed)
        assert "slower" not in printed
        assert "measure both with the same --baseline" in said
    status, printed, _ = compare(alone(seed=12), alone(seed=13, machine=machine), "--json")
    data = json.loads(printed)
    assert (status, data["comparable"], data["regression"], data["changes"]) == (2, False, False, [])
    assert [row["scenario"] for row in data["medians"]] == ["single_stream", "single_stream", "server", "offline"]


def test_without_one_lost_accuracy_is_a_regression_all_the_same(compare):
    """Both answered the same samples: no machine is in that."""
    assert compare(alone(seed=14), alone(seed=15, wrong=100))[0] == 1


def test_lost_accuracy_is_a_regression(compare):
    old = measured(seed=14)
    status, printed, _ = compare(old, measured(seed=15, wrong=100))
    assert status == 1
    assert "lost 10.00% [" in printed
    assert "fail" in printed
    assert compare(old, measured(seed=15, wrong=1))[0] == 0


def test_exact_times_need_no_statistics(compare):
    """On virtual time without spread every round is the same; nothing is divided by its zero variance."""
    assert verdicts(compare(measured(spread=0.0), measured(spread=0.0))[1])[0] == "equivalent"
    assert compare(measured(spread=0.0), measured(1.2, spread=0.0))[0] == 1


def incomplete():
    results = measured(seed=20)
    results.error = "server: the model failed at query 7"
    return results


def real_time():
    results = measured(seed=20)
    results.virtual_time = False
    return results


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (incomplete, "the new results are incomplete: server: the model failed at query 7; run them again"),
        (real_time, "must share their clock, got virtual and the machine's"),
        (lambda: measured(rounds=5), "5 rounds where 6 are the least; use --rounds"),
        (lambda: measured(latency_target_ns=6 * MS), "server of the new results is INVALID for the model: latency"),
        (
            lambda: measured(latency_target_ns=200 * MS),
            "must share their latency_target_ns, got 100000000 and 200000000",
        ),
        (lambda: measured(target_qps=60.0), "must share their target_qps (--qps), got 50.0 and 60.0; set it"),
        (lambda: measured(max_batch=4), "must share their max_batch, got 1 and 4"),
        (lambda: measured(control=True), "must share their control"),
    ],
)
def test_what_answers_another_question_is_2(compare, other, said):
    status, printed, errors = compare(measured(seed=19), other())
    assert (status, printed) == (2, "")
    assert errors.startswith("tinytorch compare: ")
    assert said in errors


def test_other_data_and_other_scenarios_are_2(compare):
    old, new = measured(seed=21), measured(seed=22)
    new.dataset_fingerprint = "0" * 16
    assert "must share their dataset" in compare(old, new)[2]
    new.dataset_fingerprint = old.dataset_fingerprint
    del new.scenarios["offline"]
    assert (
        "must share their scenarios, got offline, server, single_stream and server, single_stream"
        in (compare(old, new)[2])
    )


def test_baselines_of_one_name_that_answer_differently_are_2(compare):
    status, _, said = compare(measured(baseline=1.0, seed=23), measured(baseline=1.0, seed=24, base_wrong=11))
    assert status == 2
    assert "both baselines are called B but answer differently" in said


def test_an_invalid_baseline_is_2_where_it_is_used(compare):
    slow = measured(baseline=5.2, seed=25)  # past what 50 per second allow
    status, _, said = compare(slow, slow)
    assert status == 2
    assert "server of the old results is INVALID for the baseline" in said


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text[: len(text) // 2], "new.json: "),
        (lambda text: "[]", "results have schema version 1, new.json has"),
        (lambda text: "null", "results have schema version 1, new.json has"),
        (
            lambda text: '{"schema_version": 1, "results": {"schema_version": 1}}',
            "new.json does not hold what save_as_json writes: KeyError",
        ),
        (
            lambda text: '{"schema_version": 1, "results": []}',
            "new.json does not hold what save_as_json writes: AttributeError",
        ),
        (
            lambda text: text.replace('"rounds": 8', '"sprints": 8'),
            "new.json does not hold what save_as_json writes: TypeError",
        ),
        (
            lambda text: text.replace('"completed_ns": "eJ', '"completed_ns": "xx'),
            "new.json does not hold what save_as_json writes: error",
        ),
        (lambda text: text.replace('"completed_ns": "eJ', '"completed_ns": "e'), "new.json: "),
    ],
)
def test_a_damaged_file_is_2_and_named(damage, said, tmp_path, capsys):
    path = saved(measured(), tmp_path / "old.json")
    text = (tmp_path / "old.json").read_text()
    damaged = damage(text)
    assert damaged != text
    (tmp_path / "new.json").write_text(damaged)
    assert main(["compare", path, str(tmp_path / "new.json")]) == 2
    assert capsys.readouterr().err.startswith(f"tinytorch compare: {said}")


def test_a_file_that_is_not_there_is_2(tmp_path, capsys):
    assert main(["compare", str(tmp_path / "old.json"), str(tmp_path / "new.json")]) == 2
    assert "old.json" in capsys.readouterr().err


@pytest.mark.parametrize("margin", ["-0.1", "nan", "inf", "x"])
def test_a_margin_that_means_nothing_is_2(margin, capsys):
    with pytest.raises(SystemExit) as raised:
        main(["compare", "old.json", "new.json", f"--margin={margin}"])
    assert raised.value.code == 2


def test_results_survive_the_round_trip(tmp_path, capsys):
    old = measured(baseline=2.0, seed=28)
    path = saved(old, tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text())["results"]["model_name"] == "M"
    assert main(["compare", path, path]) == 0
    printed = capsys.readouterr().out
    assert printed.count("new / old 1.000 [") == 4
