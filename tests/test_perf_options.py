"""What `tinytorch perf` and `tinytorch peak` may be asked: each option reaches its setting, bad words are refused."""

import json
import sys
from dataclasses import fields

import numpy as np
import pytest

from tinytorch.benchmarking import Settings, load_results
from tinytorch.cli import build_parser, main
from tinytorch.commands.asked import settings_of
from tinytorch.peak import find_peak_qps

MODELS = """
import numpy as np

def model(batch):
    return np.zeros(len(batch), dtype=int)

calls = []

def dying(after):
    def answer(batch):
        calls.append(1)
        if len(calls) > after:
            raise RuntimeError("out of paper")
        return np.zeros(len(batch), dtype=int)
    return answer
"""
SHORT = ["--rounds", "2", "--min-queries", "20", "--min-duration", "0.001", "--quiet"]
ASKED = {
    "--rounds 7": ("rounds", 7),
    "--most-rounds 8": ("most_rounds", 8),
    "--min-queries 9": ("min_queries", 9),
    "--min-duration 0.5": ("min_duration_ns", 500_000_000),
    "--qps 3.5": ("target_qps", 3.5),
    "--latency-target 2.5": ("latency_target_ns", 2_500_000),
    "--percentile 0.9": ("percentile", 0.9),
    "--max-batch 4": ("max_batch", 4),
    "--workers 2": ("workers", 2),
    "--batch-size 5": ("batch_size", 5),
    "--deadline 30": ("deadline_s", 30.0),
    "--no-control": ("control", False),
    "--confidence 0.99": ("confidence", 0.99),
    "--margin 0.05": ("margin", 0.05),
    "--seed 0": ("seed", 0),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The current folder, with models to name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "option_models", raising=False)
    (tmp_path / "option_models.py").write_text(MODELS)
    return tmp_path


@pytest.mark.parametrize(("words", "asked"), ASKED.items(), ids=ASKED)
def test_each_option_is_one_setting_and_no_other(words, asked):
    settings = settings_of(build_parser().parse_args(["perf", "m:m", *words.split()]))
    differ = {f.name: getattr(settings, f.name) for f in fields(Settings)}
    usual = {f.name: getattr(Settings(), f.name) for f in fields(Settings)}
    assert {name: value for name, value in differ.items() if value != usual[name]} == dict([asked])


def test_without_options_the_settings_are_the_usual_ones():
    assert settings_of(build_parser().parse_args(["perf", "m:m"])) == Settings()
    assert settings_of(build_parser().parse_args(["peak", "m:m"])) == Settings()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--percentile 99", "between 0 and 1 is needed, 0.95 for 95 %, got 99"),
        ("--confidence 1", "between 0 and 1 is needed"),
        ("--margin 0", "above 0"),
        ("--deadline nan", "above 0"),
        ("--scenario latency", "scenarios are single-stream, server, offline, multi-stream, got latency"),
    ],
)
def test_a_word_that_means_nothing_is_refused(words, said, capsys):
    with pytest.raises(SystemExit):
        main(["perf", "option_models:model", *words.split()])
    assert said in capsys.readouterr().err


def test_a_confidence_that_two_sides_cannot_have_is_refused(capsys):
    assert main(["perf", "option_models:model", "--confidence", "0.5"]) == 2
    assert "confidence lies between 0.5 and 1" in capsys.readouterr().err


def test_only_the_scenarios_that_were_asked_for_are_run(folder):
    """In the order of a report, each once, however their names are written."""
    words = ["--scenario", "Offline", "--scenario", "single_stream", "--scenario", "offline"]
    main(["perf", "option_models:model", *SHORT, *words, "--json", "a.json", "--html", "a.html"])
    assert list(load_results(folder / "a.json")) == ["single_stream", "offline"]
    assert "Server" not in (folder / "a.html").read_text()
    assert main(["verify", "a.json"]) == 0


PEAK = ["--queries", "30", "--repeats", "1", "--quiet"]


def test_a_search_that_ends_undecided_says_so_and_is_saved(folder, capsys):
    """Thirty queries show nothing of one in a hundred: 1, the table, and what would help."""
    assert main(["peak", "option_models:model", *PEAK, "--latency-target", "50", "--json", "p.json"]) == 1
    printed, _ = capsys.readouterr()
    assert "undecided" in printed
    assert "0.99 of the queries within 50 ms: no rate was shown to pass or to fail" in printed
    assert "measure longer or with more seeds" in printed
    kept = json.loads((folder / "p.json").read_text())
    assert kept["peak"]["complete"] is False
    assert kept["settings"]["latency_target_ns"] == 50_000_000
    assert [d["verdict"] for d in kept["peak"]["decisions"]] == ["undecided"]


def test_a_model_that_fails_in_a_search_loses_nothing(folder, capsys):
    """What was found at the rates before is shown and kept."""
    words = ["--queries", "500", "--percentile", "0.5", "--latency-target", "10000", "--quiet", "--json", "p.json"]
    assert main(["peak", "option_models:dying(700)", *words]) == 1
    printed, said = capsys.readouterr()
    assert "out of paper" in said
    assert "the search ended early" in printed
    assert len(json.loads((folder / "p.json").read_text())["peak"]["decisions"]) >= 1


def test_a_search_that_cannot_start_is_2(capsys):
    assert main(["peak", "option_models:modle", *PEAK]) == 2
    assert main(["peak", "option_models:model", *PEAK, "--json", "absent/p.json"]) == 2
    assert "there is no folder absent" in capsys.readouterr().err


def test_a_search_that_noise_hides_ends_after_a_few_rates():
    """Whoever halves for ever waits for ever: each lower rate takes twice as long, and is as undecided."""
    kept = []

    def measure(qps, seed):
        rates.append(qps)
        latency = np.full(400, 1_000)
        latency[::100] = 10**9
        return latency

    rates: list[float] = []
    peak = find_peak_qps(measure, 10**6, 0.99, start_qps=1_000.0, seeds=[1, 2], keep=kept.append)
    assert sorted(set(rates), reverse=True) == [1000.0, 500.0, 250.0, 125.0]
    assert "the first 4 rates stay undecided: measure longer or with more seeds" in peak.why
    assert [len(each.decisions) for each in kept] == [1, 2, 3, 4]
    assert kept[0].why == "the search ended early"
