"""The lesson in a browser alone: solved, it runs to its end and says what it could not measure; untouched, it stops."""

from __future__ import annotations

import json
import re
import time

import pytest

from autograder.links import NOTEBOOK
from autograder.reading.layout import Layout
from autograder.reading.lesson import load_lesson
from autograder.reading.submission import read_submission
from tests import publications
from tests.lite.lab import Lab

LIMIT_S = 1200  # far more than it takes, on a machine that does other things too
SKIPPED = ("tinytorch.benchmarking", "tinytorch.models.train_digits")  # still empty; a script that trains


def outputs(notebook, kind="stream"):
    """Return, by number of code cell, what the cells printed, or the errors they ended with."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    told = {"stream": lambda output: output["text"], "error": lambda output: f"{output['ename']}: {output['evalue']}"}
    return {
        number: "".join("".join(told[kind](output)) for output in cell["outputs"] if output["output_type"] == kind)
        for number, cell in enumerate(cells)
        if any(output["output_type"] == kind for output in cell["outputs"])
    }


@pytest.fixture(scope="module")
def solved(site_of, serve, tmp_path_factory, measured):
    """The page after the solved lesson has run, with what it sent and what it measured."""
    address, sent = serve(site_of(solved=True))
    lab = Lab(tmp_path_factory.mktemp("log") / "net.json")
    lab.open(f"{address}/lab/index.html?path={NOTEBOOK}")
    measured["notebook shown after"] = f"{lab.seconds():.1f} s"
    lab.wait_for_kernel()
    lab.run_all()
    lab.wait(lab.executed, 300, "run the first cell")
    measured["first output after"] = f"{lab.seconds():.1f} s"
    measured["page weight at the first output"] = f"{sum(sent.values()) / 1e6:.1f} MB"
    lab.wait(lab.is_done, LIMIT_S, "run the lesson")
    measured["whole lesson after"] = f"{lab.seconds():.0f} s"
    measured["page weight in all"] = f"{sum(sent.values()) / 1e6:.1f} MB"
    yield lab
    outside = lab.close()
    measured["requests to other hosts"] = str(len(outside))
    assert outside == []


def test_the_solved_lesson_runs_to_its_end(solved):
    notebook = solved.notebook()
    assert outputs(notebook, "error") == {}
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in code if "".join(cell["source"]).strip())
    drawn = sum("<svg" in "".join(output.get("data", {}).get("text/html", "")) for c in code for output in c["outputs"])
    assert drawn >= 5, "timeline, closed and open loop, two CDFs, intervals, and the report's own"
    assert len(json.dumps(notebook)) < 2_000_000, "what a browser has to store"


def test_what_its_clock_cannot_tell_is_not_claimed(solved, measured):
    """The clock of a page moves in steps of 0.1 ms and says 1 us; the vectorised network takes less than a step."""
    said = solved.execute(
        "import time\nfrom tinytorch.machine.clock import RealClock, timer_step_ns\n"
        "print(int(timer_step_ns(RealClock.now_ns)), time.get_clock_info('perf_counter').resolution, "
        "results.clock_step_ns, results['single_stream'].valid, sorted({c.verdict for c in validation.comparisons "
        "if c.scenario == 'single_stream'}), [r.claim for r in results['single_stream'].reasons['model']])"
    )
    step, declared, kept, valid, verdicts, reasons = re.fullmatch(
        r"(\d+) (\S+) (\d+) (\w+) (\[.*?\]) (\[.*\])\s*", said
    ).groups()
    measured["step of the page's clock, seen and declared"] = f"{step} ns, {float(declared) * 1e9:.0f} ns"
    assert int(step) > 10_000 > float(declared) * 1e9
    assert int(kept) == pytest.approx(int(step), rel=0.01)
    assert (valid, verdicts) == ("False", "['no claim']")
    assert "the clock is too coarse" in reasons


def test_what_it_cannot_measure_is_absent_from_the_report_and_not_invented(solved):
    facts = json.loads(solved.execute("import json\nprint(json.dumps(results.environment))"))
    assert {"CPU", "memory", "load average at start"} & facts.keys() <= {"CPU"}
    assert facts["operating system"].startswith("Emscripten")
    assert int(re.search(r"steps of ([\d,]+) ns", facts["clock"])[1].replace(",", "")) > 10_000, "it says 1,000"
    said = solved.execute(
        "from tinytorch.runs.record import usage\n"
        "print(usage(), sum(run.cpu_ns for run in results['single_stream'].runs['model']))"
    )
    assert said.strip() == "(0, 0) 0", "processor time: not measured"
    assert "contention" not in solved.execute("print([pitfall.name for pitfall in validation.pitfalls])")


@pytest.mark.parametrize("asked", ["isolate=True", "settings=Settings(workers=2)"])
def test_threads_and_processes_are_refused_in_a_sentence(solved, asked):
    said = solved.execute(
        "from tinytorch.runs import Settings\n"
        f"try:\n    TinyTorchPerf({asked})\nexcept ValueError as error:\n    print(error)"
    )
    assert said.strip() == "in a browser Python starts neither threads nor processes: workers=1, isolate=False"


def test_a_block_over_its_deadline_fails_when_it_has_ended(solved):
    said = solved.execute(
        "import time\nfrom tinytorch.machine.deadline import DeadlineExceeded, deadline\n"
        "try:\n    with deadline(0.05):\n        time.sleep(0.2)\n"
        "except DeadlineExceeded as error:\n    print(error)"
    )
    assert re.fullmatch(r"0\.2\d* s where 0\.05 s are the limit; nothing here could end it earlier\s*", said)


def test_every_support_module_can_be_imported(solved):
    folder = publications.published()
    paths = [path.relative_to(folder).with_suffix("") for path in sorted((folder / "tinytorch").rglob("*.py"))]
    names = [".".join(path.parts).removesuffix(".__init__") for path in paths]
    said = solved.execute(
        f"import importlib\nfor name in {[name for name in names if name not in SKIPPED]}:\n"
        "    try:\n        importlib.import_module(name)\n"
        "    except Exception as error:\n        print(name, type(error).__name__, error)"
    )
    assert said == ""


def test_mlperfs_streams_are_the_same_on_32_bits(solved):
    """numpy's own int has 32 bits there."""
    said = solved.execute(
        "from tinytorch.mlperf import loadgen_arrivals, loadgen_samples\n"
        "print(np.array([1]).dtype, loadgen_arrivals(100.0, 5, 16159082839903944936).tolist(), "
        "loadgen_samples(5, 510, 510, 2085463073848966840, 2747215439041700203).tolist())"
    )
    from tinytorch.mlperf import loadgen_arrivals, loadgen_samples

    arrivals = loadgen_arrivals(100.0, 5, 16159082839903944936).tolist()
    samples = loadgen_samples(5, 510, 510, 2085463073848966840, 2747215439041700203).tolist()
    assert said.strip() == f"int32 {arrivals} {samples}"


def test_the_notebook_becomes_the_package_and_the_checks_stand(solved):
    solved.save()
    said = solved.execute(
        "from tinytorch.cli import main\nprint(main(['export']))\n"
        "from tinytorch import benchmarking as built\nprint(len(built.__all__) > 50, built.percentile)"
    )
    assert re.search(r"^0$", said, re.MULTILINE), said
    assert "True <function percentile" in said
    stands = solved.execute("import tinytorch\nstands = tinytorch.check()\nprint(stands.complete, stands.points)")
    assert stands.strip() == "True 85.0", solved.execute("print(stands)")


def test_what_the_browser_saves_is_a_submission_without_a_remark(solved, tmp_path):
    path = tmp_path / NOTEBOOK
    path.write_text(json.dumps(solved.notebook()), encoding="utf-8")
    submission = read_submission(path, "ada", Layout.of(load_lesson(publications.published() / NOTEBOOK).cells))
    assert submission.remarks == ()


def test_the_released_notebook_stops_at_the_first_exercise_with_its_hint(site_of, serve, tmp_path, measured):
    address, _ = serve(site_of(solved=False))
    lab = Lab(tmp_path / "net.json")
    try:
        lab.open(f"{address}/")
        lab.wait_for_kernel()
        start = time.monotonic()
        lab.run_all()
        lab.wait(lab.is_done, 300, "stop")
        measured["untouched lesson stops after"] = f"{time.monotonic() - start:.1f} s"
        notebook = lab.notebook()
    finally:
        outside = lab.close()
    [(number, error)] = outputs(notebook, "error").items()
    stopped = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][number]
    assert stopped["metadata"]["nbgrader"]["grade_id"] == "check_outputs_check"
    assert "write your answer here" in error
    assert outside == []
