"""`tinytorch perf` on small real models and few queries: exit status, sentences, files. No number here is a speed."""

import json
import re
import sys

import pytest

from tinytorch.benchmarking import load_results
from tinytorch.cli import main

MODELS = """
import numpy as np
built = []

class Model:
    def __init__(self, classes=10):
        built.append(self)
        self.weights = np.ones((64, classes), np.float32)

    def __call__(self, batch):
        return batch.reshape(len(batch), 64) @ self.weights

def build(classes=10):
    return Model(classes)

model = Model()

def failing(after):
    calls = []
    def answer(batch):
        calls.append(1)
        if len(calls) > after:
            raise RuntimeError("out of paper")
        return batch.reshape(len(batch), 64)[:, 0].astype(int)
    return answer

def builds_twice():
    if len(built) > 2:
        raise RuntimeError("no third one")
    return Model()

def interrupted(after):
    calls = []
    def answer(batch):
        calls.append(1)
        if len(calls) > after:
            raise KeyboardInterrupt
        return batch.reshape(len(batch), 64)[:, 0].astype(int)
    return answer

def interrupting():
    if len(built) > 2:
        raise KeyboardInterrupt
    return Model()

def unbuildable():
    raise OSError("no weights")

class Remote(Model):
    rebuildable = False

def remote():
    return Remote()
"""
# Enough for early stopping at p99 and with a target that a busy machine meets.
VALID = [
    "--rounds",
    "6",
    "--min-queries",
    "480",
    "--min-duration",
    "0.00001",
    "--qps",
    "2000",
    "--latency-target",
    "2000",
]
SHORT = ["--rounds", "2", "--min-queries", "20", "--min-duration", "0.001", "--qps", "2000", "--quiet"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The current folder, with models to name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "perf_models", raising=False)
    (tmp_path / "perf_models.py").write_text(MODELS)
    return tmp_path


def test_the_results_are_printed_where_the_file_is_a_dash(folder, capsys):
    main(["perf", "perf_models:model", *SHORT, "--json", "-", "--html", "report.html"])
    printed, said = capsys.readouterr()
    (folder / "printed.json").write_text(printed)
    assert load_results(folder / "printed.json").model_name == "model"
    assert "wrote report.html" in said
    assert not (folder / "-").exists()


def test_two_models_of_ones_own_valid_and_saved(folder, capsys):
    files = {"--html": "report.html", "--markdown": "report.md", "--json": "report.json"}
    options = [word for pair in files.items() for word in pair]
    command = ["perf", "perf_models:build()", "--baseline", "perf_models:build(classes=11)", *VALID, *options]
    assert main(command) == 0
    printed, progress = capsys.readouterr()
    assert printed.startswith("Is build() faster than build(classes=11) on digits/test?")
    assert "rounds: 100%" in progress
    for name in files.values():
        assert f"wrote {name}" in printed
    results = load_results(folder / "report.json")
    assert (results.model_name, results.baseline_name) == ("build()", "build(classes=11)")
    assert results.layout_controlled
    assert {name: result.valid for name, result in results.items()} == dict.fromkeys(
        ["single_stream", "server", "offline"], True
    )
    settings = results.settings
    assert (settings.rounds, settings.min_queries, settings.min_duration_ns) == (6, 480, 10_000)
    assert (settings.target_qps, settings.latency_target_ns) == (2000.0, 2_000_000_000)
    assert (folder / "report.md").read_text().startswith("# Is build() faster than")
    answer = json.loads((folder / "report.json").read_text())["answer"]
    assert printed.splitlines()[-1] == f"VALID: {answer}"
    assert len(printed.splitlines()) < 40


def test_what_was_saved_reads_back_the_same(folder):
    main(["perf", "perf_models:model", *SHORT, "--json", "a.json"])
    held = json.loads((folder / "a.json").read_text())
    assert load_results(folder / "a.json").to_dict() == held["results"]


def test_runs_that_do_not_count_are_1(capsys):
    assert main(["perf", "perf_models:model", *SHORT]) == 1
    printed, said = capsys.readouterr()
    assert "INVALID" in printed
    assert "where early stopping asks for" in printed
    assert said == ""


def test_options_reach_the_settings(folder):
    main(["perf", "perf_models:model", *SHORT, "--max-batch", "4", "--seed", "0", "--json", "a.json"])
    main(["perf", "perf_models:model", *SHORT, "--workers", "2", "--json", "b.json"])
    one, other = (load_results(folder / name).settings for name in ("a.json", "b.json"))
    assert (one.max_batch, one.workers, one.seed) == (4, 1, 0)
    assert (other.max_batch, other.workers, other.seed) == (1, 2, 13)


def test_a_factory_is_called_for_every_round_and_a_name_is_copied():
    main(["perf", "perf_models:build()", *SHORT])
    built = sys.modules["perf_models"].built
    assert len(built) >= 2 + 2 * 2  # on import, to begin with, model and control a round
    assert len({id(model) for model in built}) == len(built)


def test_a_model_that_lives_elsewhere_is_not_called_built_anew(folder):
    main(["perf", "perf_models:remote()", *SHORT, "--json", "a.json"])
    main(["perf", "perf_models:build()", *SHORT, "--json", "b.json"])
    assert load_results(folder / "b.json").layout_controlled
    kinds = [type(model).__name__ for model in sys.modules["perf_models"].built]
    assert kinds.count("Remote") == 1
    assert kinds.count("Model") >= 2 + 2 * 2


def test_equal_names_are_told_apart_by_their_modules(folder, capsys):
    (folder / "perf_other.py").write_text(MODELS)
    main(["perf", "perf_models:build()", "--baseline", "perf_other:build()", *SHORT])
    printed = capsys.readouterr().out
    assert printed.startswith("Is perf_models:build() faster than perf_other:build() on")


def test_isolated_rounds(folder):
    assert main(["perf", "perf_models:build()", *VALID, "--quiet", "--isolate", "--json", "a.json"]) == 0
    assert load_results(folder / "a.json").layout_controlled
    assert len(sys.modules["perf_models"].built) < 6  # those of the six rounds were built elsewhere


@pytest.mark.parametrize(
    ("model", "said", "shown"),
    [
        ("perf_models:failing(200)", "failed at query .* with RuntimeError: out of paper", "INVALID"),
        ("perf_models:failing(0)", "accuracy: failing.0. failed with RuntimeError: out of paper", "INVALID"),
        ("perf_models:builds_twice()", r"builds_twice\(\) failed with RuntimeError: no third one", "INVALID"),
    ],
)
def test_a_model_that_fails_in_the_run_is_1_and_what_was_measured_is_kept(folder, capsys, model, said, shown):
    assert main(["perf", model, *SHORT, "--json", "kept.json"]) == 1
    printed, errors = capsys.readouterr()
    assert shown in printed
    [line] = errors.splitlines()
    assert line.startswith("tinytorch perf: ")
    assert re.search(said, line)
    kept = load_results(folder / "kept.json")
    assert not kept.complete
    assert kept.error


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["perf_models"], "a model is named package.module:name"),
        (["perf_models:modle"], "perf_models has no 'modle'"),
        (["perf_models:model", "--baseline", "perf_models:build(print())"], "a call with plain literals"),
        (["perf_models:built"], "a system under test is callable or has issue"),
        (["perf_models:unbuildable()"], "perf_models:unbuildable() failed with OSError: no weights"),
        (["perf_models:build(1, 2)"], "build(1, 2) failed with TypeError"),
        (["perf_models:model", "--dataset", "mnist"], "there is no data set 'mnist'; there are digits, cifar10"),
        (["perf_models:model", "--html", "absent/report.html"], "there is no folder absent for report.html"),
        (["perf_models:model", "--json", "."], ". is a folder; name a file"),
        (["perf_models:model", "--workers", "2", "--max-batch", "2"], "two ways to serve"),
        (["tinytorch.adapters:onnx_model('absent.onnx')"], "there is no ONNX file absent.onnx"),
        (["tinytorch.adapters:http_model('ftp://x')"], "an endpoint is http://host/path"),
        (["tinytorch.adapters:torch_model('perf_models:model')"], "torch"),
    ],
)
def test_a_command_that_cannot_start_is_2_and_says_why(command, said, capsys):
    assert main(["perf", *command]) == 2
    printed, errors = capsys.readouterr()
    assert printed == ""
    assert errors.startswith("tinytorch perf: ")
    assert said in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (["--rounds", "0"], "a whole number from 1 up is needed, got 0"),
        (["--rounds", "x"], "a whole number from 1 up is needed, got x"),
        (["--seed", "-1"], "a whole number from 0 up is needed, got -1"),
        (["--seed", "x"], "a whole number from 0 up is needed, got x"),
        (["--qps", "many"], "a number above 0 is needed, got many"),
        (["--min-queries", "-5"], "a whole number from 1 up is needed"),
        (["--min-duration", "0"], "a number above 0 is needed"),
        (["--qps", "nan"], "a number above 0 is needed, got nan"),
        (["--latency-target", "inf"], "a number above 0 is needed, got inf"),
    ],
)
def test_option_values_that_mean_nothing_are_2(option, said, capsys):
    with pytest.raises(SystemExit) as raised:
        main(["perf", "perf_models:model", *option])
    assert raised.value.code == 2
    assert said in capsys.readouterr().err


def test_a_file_that_cannot_be_written_after_all_is_2(folder, capsys, monkeypatch):
    from tinytorch.benchmarking import Report

    def full(report, path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Report, "save_as_json", full)
    assert main(["perf", "perf_models:model", *SHORT, "--json", "a.json"]) == 2
    printed, errors = capsys.readouterr()
    assert "How fast is model on" in printed
    assert "No space left on device" in errors


def test_an_interrupted_run_is_130_and_keeps_what_was_measured(folder, capsys):
    """From the keyboard, between two queries or while a model is built."""
    for model in ("perf_models:interrupted(200)", "perf_models:interrupting()"):
        assert main(["perf", model, *SHORT, "--json", "a.json"]) == 130
        printed, errors = capsys.readouterr()
        assert "INVALID" in printed
        assert "KeyboardInterrupt" in errors
        assert not load_results(folder / "a.json").complete


def test_help_shows_how_models_are_named_and_ends_with_0(capsys):
    with pytest.raises(SystemExit) as raised:
        main(["perf", "--help"])
    assert raised.value.code == 0
    text = capsys.readouterr().out
    for words in ("onnx_model('model.onnx'", "sklearn_model('mine:train()')", "package.module:factory", "exit status"):
        assert words in text
