"""The package as its user writes it: the seven lines, what they give, and what importing it costs."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest

import tinytorch.benchmarking
from tests.scripted import MS, jittery, scripted
from tinytorch.benchmarking import (
    PerformanceReporter,
    StatisticalValidator,
    TinyTorchPerf,
    load_results,
)
from tinytorch.datasets import DatasetUnavailable, QuerySampleLibrary, cifar, load_dataset
from tinytorch.datasets.download import FetchError
from tinytorch.models import digits_mlp, model_card

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """Run the words of the user's page as they stand, on a real model and real images; return what they named."""
    your_model = digits_mlp()
    with chdir(tmp_path_factory.mktemp("capstone")):
        benchmark = TinyTorchPerf()
        benchmark.set_model(your_model)
        benchmark.set_dataset("digits")
        results = benchmark.run_all_scenarios()
        validator = StatisticalValidator()
        validation = validator.validate_results(results)
        if validation.significant:
            raise AssertionError("there is nothing that it could be an improvement over")
        reporter = PerformanceReporter()
        report = reporter.generate_report(results)
        report.save_as_html("my_capstone_results.html")
        return benchmark, results, validation, report, Path("my_capstone_results.html").resolve()


def test_results_are_a_mapping_of_the_three_scenarios(words):
    _, results, *_ = words
    assert isinstance(results, Mapping)
    assert set(results) == {"single_stream", "server", "offline"}
    assert len(results) == 3
    assert "multi_stream" not in results
    assert dict(results.items())["server"] is results["server"]
    with pytest.raises(KeyError):
        results["multi_stream"]


def test_a_real_model_is_measured_on_real_images(words):
    benchmark, results, *_ = words
    assert results.complete
    assert benchmark.results is results
    assert results.accuracy["model"] == pytest.approx(model_card("digits_mlp").test_accuracy, abs=0.005)
    assert results.dataset_fingerprint == load_dataset("digits").fingerprint
    assert not results.virtual_time
    for result in results.values():
        assert len(result.metric()) == results.settings.rounds
        assert all(run.error is None and (run.latency_ns > 0).all() for run in result.runs["model"])
        assert sum(run.n for run in result.runs["model"]) >= results.settings.min_queries
    for run in results["offline"].runs["model"]:
        sizes = np.unique(run.issued_ns, return_counts=True)[1]
        assert set(sizes[:-1].tolist()) == {results.settings.batch_size}, "offline is batched"


def test_without_a_baseline_nothing_is_significant_and_it_says_why(words):
    _, results, validation, report, _ = words
    assert validation.significant is False
    assert validation.comparisons == []
    # A real machine may be too busy to measure on; then that comes first.
    count = any(result.valid for result in results.values()) and "invalid" not in {
        p.severity for p in validation.pitfalls
    }
    void = "the runs do not count, so they show nothing"
    assert validation.why == ("no baseline was set, so nothing was compared" if count else void)
    assert validation.why in report.to_markdown()


def test_the_report_is_one_page(words):
    *_, report, page = words
    html = page.read_text(encoding="utf-8")
    assert html == report.to_html()
    assert html.startswith("<!doctype html>")
    assert "How fast is Sequential on digits/test?" in html


def test_results_are_read_again_and_judged_the_same(words, tmp_path):
    _, results, validation, report, _ = words
    path = report.save_as_json(str(tmp_path / "results.json"))
    again = load_results(path)
    assert StatisticalValidator().validate_results(again) == validation
    assert again.to_dict() == results.to_dict()
    assert json.loads(path.read_text(encoding="utf-8"))["significant"] is False
    assert report.save_as_markdown(tmp_path / "results.md").read_text(encoding="utf-8") == report.to_markdown()


def test_an_improvement_over_the_baseline_is_significant(tmp_path):
    """As vectorised kernels are over naive ones, on virtual time: 1 ms against 3 ms, a few per cent more or less."""
    results = jittery(1 / 3, min_queries=600).run_all_scenarios()
    validation = StatisticalValidator().validate_results(results)
    assert validation.significant is True
    assert validation.valid
    assert {comparison.verdict for comparison in validation.comparisons} == {"faster"}
    assert validation.comparisons[0].ratio == pytest.approx(1 / 3, rel=0.01)
    report = PerformanceReporter().generate_report(results)
    assert report.validation == validation
    assert report.to_dict()["answer"].startswith("B is faster than A: ")
    assert StatisticalValidator().validate_results(load_results(report.save_as_json(tmp_path / "a.json"))) == validation


def test_a_step_backwards_is_not_significant():
    validation = StatisticalValidator().validate_results(jittery(1.5, min_queries=600).run_all_scenarios())
    assert validation.significant is False
    assert validation.why.startswith("it was shown to be slower in ")


def test_cifar10_without_file_or_network_says_what_to_do(monkeypatch, tmp_path):
    def no_network(*arguments):
        raise FetchError("there is no network")

    monkeypatch.setattr(cifar, "fetch", no_network)
    monkeypatch.setenv("TINYTORCH_CACHE", str(tmp_path))
    benchmark = TinyTorchPerf()
    benchmark.set_model(digits_mlp())
    with pytest.raises(DatasetUnavailable, match=r"CIFAR-10 is not available: there is no network.*or use 'digits'"):
        benchmark.set_dataset("cifar10")
    with pytest.raises(ValueError, match="needs set_model"):
        benchmark.run_all_scenarios()


@pytest.mark.parametrize(
    ("data", "n", "labelled"),
    [
        (np.zeros((7, 2)), 7, False),
        ((np.zeros((7, 2)), np.zeros(7, int)), 7, True),
        (QuerySampleLibrary("mine", np.zeros((5, 2)), np.ones(5, int)), 5, True),
    ],
)
def test_arrays_and_libraries_are_data_too(data, n, labelled):
    results = jittery(data=data).run_all_scenarios()
    assert results.n_samples == n
    assert (results.accuracy["model"] is not None) == labelled


def test_a_model_goes_by_the_name_it_was_given_or_has():
    perf = scripted()
    for model, name, expected in ((digits_mlp(), None, "Sequential"), (len, None, "len"), (len, "mine", "mine")):
        perf.set_model(model, name=name)
        assert perf.systems["model"].name == expected


def test_a_model_can_be_set_again():
    """The next run is of the new one, and leaves the results of the first alone."""
    perf = scripted(MS)
    first = perf.run_all_scenarios()
    clock = perf.clock
    perf.set_model(lambda batch: clock.advance_ns(2 * MS) or np.zeros(len(batch)))
    second = perf.run_all_scenarios()
    assert first["single_stream"].metric() == [1.0] * 6
    assert second["single_stream"].metric() == [2.0] * 6


def test_importing_the_package_loads_nothing_large():
    """numpy and tqdm are all it needs; scipy, matplotlib and jinja2 come when they are first used, nbgrader never."""
    code = "import json, sys; import tinytorch.benchmarking; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    modules = json.loads(done.stdout)
    loaded = {name.partition(".")[0] for name in modules}
    large = {"scipy", "matplotlib", "jinja2", "nbgrader", "IPython", "pandas", "torch", "mlperf_loadgen", "autograder"}
    assert loaded & (large | {"multiprocessing", "xml"}) == set(), "a process of its own and a picture come later"
    rooms = {".".join(name.split(".")[:2]) for name in modules if name.startswith("tinytorch.")}
    assert rooms & {f"tinytorch.{name}" for name in ("charts", "peak", "models", "core", "export", "checking")} == set()
    assert {"numpy", "tinytorch"} <= loaded


def test_the_grader_is_kept_from_every_room_but_the_exporters():
    """The contract that `lint-imports` holds lists them one by one; a new one must not be forgotten there."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (kept_from,) = [
        contract["forbidden_modules"]
        for contract in settings["contracts"]
        if contract.get("source_modules") == ["autograder"]
    ]
    there = {f"tinytorch.{found.name}" for found in pkgutil.iter_modules(tinytorch.__path__)}
    assert set(kept_from) == there - {"tinytorch.export"}


def test_everything_public_is_there_and_documented():
    for name in tinytorch.benchmarking.__all__:
        found = getattr(tinytorch.benchmarking, name)
        if callable(found) and getattr(found, "__module__", "").startswith("tinytorch.benchmarking"):
            assert found.__doc__, f"{name} has no docstring"
