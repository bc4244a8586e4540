"""The package where Python has one thread, no processes and a coarse clock, as in a browser; simulated in a process.

`make test-lite` has the real thing. Here CPython is robbed of what Pyodide lacks before the package is imported, so
that CI sees at once when something relies on it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

STEP_NS = 100_000  # what Chromium gives a page that is not isolated

ROBBED = f"""
import os, signal, subprocess, sys, threading, time, types
import numpy, scipy.stats, matplotlib.figure, tqdm, jinja2  # these look at the platform

def no_thread(self):
    raise RuntimeError("can't start new thread")

def no_process(*arguments, **options):
    raise OSError(58, "emscripten does not support processes.")

threading.Thread.start = no_thread
subprocess.Popen.__init__ = os.fork = no_process
for module, names in {{
    os: ["sched_getaffinity"],
    signal: ["setitimer", "getitimer", "alarm"],
    time: ["thread_time", "thread_time_ns"],
}}.items():
    for name in names:
        delattr(module, name)
sys.modules["_multiprocessing"] = sys.modules["_posixsubprocess"] = None
sys.modules["resource"] = RESOURCE
fine = time.perf_counter_ns
time.perf_counter_ns = lambda: fine() // {STEP_NS} * {STEP_NS}
sys.platform = "emscripten"
"""


def run(code, resource="None"):
    """Return what `code` leaves in `told`, after a Python that has been robbed has run it; warnings are errors."""
    script = f"import json\n{ROBBED.replace('RESOURCE', resource)}\ntold = {{}}\n{code}\nprint(json.dumps(told))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1]) | {"stderr": done.stderr}


BENCHMARK = """
from tinytorch.benchmarking import (PerformanceReporter, Settings, StatisticalValidator, TinyTorchPerf, audit_caching)
from tinytorch.runs.record import usage
from tinytorch.models import digits_mlp

benchmark = TinyTorchPerf(Settings(rounds=6, min_queries=120, min_duration_ns=60_000_000), progress=True)
benchmark.set_model(build=lambda: digits_mlp("vectorised"), name="quick")
benchmark.set_baseline(build=lambda: digits_mlp("pruned"), name="other")
benchmark.set_dataset("digits")
results = benchmark.run_all_scenarios()
validation = StatisticalValidator().validate_results(results)
page = PerformanceReporter().generate_report(results).to_html()
told |= {
    "usage": usage(),
    "cpu_ns": sum(run.cpu_ns for run in results["single_stream"].runs["model"]),
    "step_ns": results.clock_step_ns,
    "reasons": [reason.claim for reason in results["single_stream"].reasons["model"]],
    "offline": results["offline"].valid,
    "verdicts": [c.verdict for c in validation.comparisons if c.scenario == "single_stream"],
    "pitfalls": [pitfall.name for pitfall in validation.pitfalls if "single_stream" in pitfall.where],
    "environment": results.environment,
    "page": "INVALID" in page and "the clock is too coarse" in page,
    "caching": audit_caching(benchmark)[1:],
}
"""


@pytest.mark.parametrize("resource", ["None", "types.ModuleType('resource')"])  # absent; JupyterLite's empty one
def test_a_benchmark_runs_and_claims_nothing_that_its_clock_cannot_tell(resource):
    told = run(BENCHMARK, resource)
    assert (told["usage"], told["cpu_ns"]) == ([0, 0], 0), "not measured"
    assert told["step_ns"] == STEP_NS
    assert "the clock is too coarse" in told["reasons"]
    assert set(told["verdicts"]) <= {"no claim"}
    assert "coarse timer" in told["pitfalls"]
    assert "contention" not in told["pitfalls"]
    assert told["offline"], "a batch lasts many steps"
    assert told["page"]
    passed, evidence = told["caching"]
    assert not passed
    assert evidence.endswith("the clock is too coarse to tell")
    assert "memory" not in told["environment"]
    assert "load average at start" not in told["environment"]
    seen_ns = int(re.search(r"steps of ([\d,]+) ns", told["environment"]["clock"])[1].replace(",", ""))
    assert seen_ns >= STEP_NS, "its own idea of it is 1 ns"
    assert "Warning" not in told["stderr"]


SMALL = """
from tinytorch.datasets import load_dataset
from tinytorch.benchmarking import (ScriptedModel, Settings, TinyTorchPerf, VirtualClock)
from tinytorch.audits import audit_ratio
from tinytorch.machine.deadline import DeadlineExceeded, deadline
from tinytorch.mlperf import early_stopping

clock = VirtualClock()
benchmark = TinyTorchPerf(Settings(rounds=2, target_qps=50.0), clock=clock, progress=False)
benchmark.set_model(ScriptedModel(clock, per_batch_ns=4_000_000))
benchmark.set_dataset(load_dataset("digits").inputs)  # a scripted model scores no classes
results = benchmark.run_all_scenarios()
peak = benchmark.find_peak_qps(20_000_000, 0.9, queries=1_000, seeds=range(2))
told["p90_ms"] = results["single_stream"].metric()
told["valid"] = [name for name, result in results.items() if result.valid]
told["peak"] = [peak.low, peak.high]

for asked in ({"isolate": True}, {"settings": Settings(workers=2)}):
    try:
        TinyTorchPerf(**asked)
    except ValueError as error:
        told.setdefault("refused", []).append(str(error))

try:
    with deadline(0.01):
        time.sleep(0.05)
except DeadlineExceeded as error:
    told["late"] = str(error)
try:
    with deadline(0.01):
        time.sleep(0.05)
        1 / 0
except ZeroDivisionError:
    told["error"] = True
with deadline(60):
    told["quick"] = True

one_step = [(100_000.0, 100_000.0)] * 6
told["audits"] = [audit_ratio("name", "one / other", one_step, 0.9, 1.1, step_ns)[1:] for step_ns in (100_000, 0)]

sys.maxsize = 2**31 - 1
early_stopping.range = lambda first, end: range(first, end) if end < 2**31 else 1 / 0
told["queries"] = [early_stopping.early_stopping_queries(1, p) for p in (0.9, 0.99)]
"""


@pytest.fixture(scope="module")
def told():
    """What the small things said, all in one process."""
    return run(SMALL)


def test_virtual_time_needs_none_of_it(told):
    assert told["p90_ms"] == [4.0, 4.0]
    assert told["valid"] == ["single_stream", "server", "offline"]
    assert 150 < told["peak"][0] < told["peak"][1] < 250


def test_threads_and_processes_are_refused_in_a_sentence(told):
    sentence = "in a browser Python starts neither threads nor processes: workers=1, isolate=False"
    assert told["refused"] == [sentence, sentence]


def test_a_block_over_its_deadline_is_found_when_it_ends_and_an_error_passes(told):
    assert told["late"].endswith("s where 0.01 s are the limit; nothing here could end it earlier")
    assert (told["error"], told["quick"]) == (True, True)


def test_medians_of_one_step_pass_no_audit(told):
    (passed, evidence), (fine, _) = told["audits"]
    assert (passed, fine) == (False, True)
    assert evidence.endswith("a median latency of 0.1 ms, the clock is too coarse to tell")


def test_the_smallest_query_count_of_early_stopping_fits_into_32_bits(told):
    assert told["queries"] == [64, 662]
