"""The same model and data under the real MLPerf LoadGen (`mlcommons-loadgen`), for those who go on to submit.

LoadGen aborts the process if a model raises and waits for ever if an answer is lost, so `run_loadgen` gives it a
process of its own with a time limit. Knows nothing of our own load generator.
"""

from __future__ import annotations

import importlib
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from tinytorch.datasets import QuerySampleLibrary
from tinytorch.machine.own_process import ChildFailedError, give_up, run_in_own_process
from tinytorch.mlperf.logs import SCENARIOS, read_answers, read_numbers

Array = npt.NDArray[Any]
MODES = {"performance": "PerformanceOnly", "accuracy": "AccuracyOnly"}
SEEDS = (2085463073848966840, 2747215439041700203, 16159082839903944936)  # qsl, sample_index, schedule: mlperf.conf
NS_PER_S = 1_000_000_000


class LoadGenFailed(RuntimeError):  # noqa: N818  a run fails, as RunFailed does
    """The model failed under LoadGen, or LoadGen did not come to an end."""


def import_loadgen() -> Any:
    """Return the module `mlperf_loadgen`. Raises ModuleNotFoundError that names its package."""
    try:
        return importlib.import_module("mlperf_loadgen")
    except ModuleNotFoundError as error:
        message = "MLPerf LoadGen is not installed: its package is mlcommons-loadgen, whose wheel exists for "
        raise ModuleNotFoundError(f"{message}CPython 3.11 on x86-64 Linux", name="mlperf_loadgen") from error


def loadgen_sut(
    model: Any,
    library: QuerySampleLibrary,
    *,
    batch_size: int = 32,
    on_error: Callable[[BaseException], None] | None = None,
) -> LoadgenSut:
    """Return handles for LoadGen: `.sut` and `.qsl` are what `mlperf_loadgen.StartTest` takes.

    `model` is a callable `batch (n, ...) -> outputs (n, ...)` or has `issue`. A query of more than `batch_size` samples
    is answered batch by batch. Each answer carries its output's bytes for the accuracy log. `on_error` is called with
    what the model raises, before LoadGen aborts the process. Use it with `with`, or call `close` after the test.
    Raises ModuleNotFoundError where LoadGen is not installed.
    """
    return LoadgenSut(model, library, batch_size, on_error)


class LoadgenSut:
    """What `loadgen_sut` returns. Samples are in memory, so loading them costs next to nothing."""

    def __init__(
        self,
        model: Any,
        library: QuerySampleLibrary,
        batch_size: int = 32,
        on_error: Callable[[BaseException], None] | None = None,
    ) -> None:
        loadgen = self._loadgen = import_loadgen()
        self._complete, self._response = loadgen.QuerySamplesComplete, loadgen.QuerySampleResponse
        self._model = model if callable(model) else model.issue
        self._inputs, self._batch_size, self._on_error = library.inputs, batch_size, on_error
        self._loaded: dict[int, Array] = {}
        self.output_dtype, self.output_shape = np.dtype(np.float32), (0,)  # of one sample, set by the first answer
        n = len(library)
        self.sut: Any = loadgen.ConstructSUT(self._issue, _do_nothing)
        self.qsl: Any = loadgen.ConstructQSL(n, n, self._load, self._unload)

    def _load(self, indices: Sequence[int]) -> None:
        self._loaded = {i: self._inputs[i : i + 1] for i in indices}

    def _unload(self, indices: Sequence[int]) -> None:
        self._loaded = {}

    def _issue(self, queries: Sequence[Any]) -> None:
        try:
            if len(queries) == 1:
                self._answer(queries, self._loaded[queries[0].index])
                return
            for first in range(0, len(queries), self._batch_size):
                part = queries[first : first + self._batch_size]
                self._answer(part, self._inputs[[query.index for query in part]])
        except BaseException as error:
            if self._on_error is not None:
                self._on_error(error)
            raise

    def _answer(self, queries: Sequence[Any], batch: Array) -> None:
        outputs = np.ascontiguousarray(self._model(batch))
        count = len(outputs) if outputs.ndim else 0
        if count != len(queries):
            raise ValueError(f"{len(queries)} samples went in, {count} outputs came back; return an array (n, ...)")
        self.output_dtype, self.output_shape = outputs.dtype, outputs.shape[1:]
        where, size = outputs.__array_interface__["data"][0], outputs.nbytes // count
        self._complete([self._response(query.id, where + i * size, size) for i, query in enumerate(queries)])

    def close(self) -> None:
        """Give the handles back to LoadGen. They cannot be used any more."""
        if self.sut is not None:
            self._loadgen.DestroyQSL(self.qsl)
            self._loadgen.DestroySUT(self.sut)
        self.sut = self.qsl = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _do_nothing() -> None:
    pass


def start_test(sut: Any, qsl: Any, settings: Mapping[str, Any], folder: Path, *, trace: bool = False) -> None:
    """Run LoadGen in this process with these attributes of its TestSettings; its logs go into `folder`.

    'scenario' and 'mode' are LoadGen's own names, for example 'SingleStream' and 'PerformanceOnly'.
    """
    loadgen = import_loadgen()
    test = loadgen.TestSettings()
    enums = {"scenario": loadgen.TestScenario, "mode": loadgen.TestMode}
    for name, value in settings.items():
        setattr(test, name, getattr(enums[name], value) if name in enums else value)
    logging, output = loadgen.LogSettings(), loadgen.LogOutputSettings()
    output.outdir, output.copy_summary_to_stdout, output.copy_detail_to_stdout = str(folder), False, False
    logging.log_output, logging.enable_trace = output, trace
    # A file audit.config in the working folder would change the settings: this one does not exist.
    loadgen.StartTestWithLogSettings(sut, qsl, test, logging, str(folder / "no-audit.config"))


def run_loadgen(
    model: Any,
    library: QuerySampleLibrary,
    scenario: str,
    *,
    target_qps: float | None = None,
    min_queries: int = 1_000,
    min_duration_ns: int = NS_PER_S,
    latency_target_ns: int = 15_000_000,
    batch_size: int = 32,
    mode: str = "performance",
    seeds: tuple[int, int, int] = SEEDS,
    timeout_s: float = 300.0,
    folder: str | Path | None = None,
) -> dict[str, Any]:
    """Run 'single_stream', 'multi_stream', 'server' or 'offline' under LoadGen and return its numbers.

    `read_numbers` lists them; with `mode="accuracy"` they are 'samples' and 'accuracy' (None without labels) of the
    whole library. The model is pickled into a process of its own, warmed up, and from its pace LoadGen is told how many
    queries to prepare; `target_qps` is Server's rate and needed there, and may be Offline's expected one. LoadGen
    counts whole milliseconds of `min_duration_ns`. The logs stay in `folder` if one is given. `seeds` are LoadGen's
    qsl, sample_index and schedule seeds, by default MLPerf's: the same queries as ours with `mlperf_trace=True`.

    Raises ValueError for settings that make no run, ModuleNotFoundError where LoadGen is not installed, LoadGenFailed
    if the model raises, gives a wrong number of outputs, cannot be pickled, or takes longer than `timeout_s`.
    """
    if scenario not in SCENARIOS or mode not in MODES:
        raise ValueError(
            f"scenarios are {', '.join(SCENARIOS)}, modes {', '.join(MODES)}; got {scenario!r} and {mode!r}"
        )
    if scenario == "server" and target_qps is None and mode == "performance":
        raise ValueError("the Server scenario needs target_qps, the queries per second")
    if target_qps is not None and not (scenario in ("server", "offline") and 0 < target_qps < math.inf):
        raise ValueError(f"target_qps is positive and belongs to server and offline, got {target_qps} for {scenario}")
    import_loadgen()
    settings = {
        "scenario": SCENARIOS[scenario][0],
        "mode": MODES[mode],
        "min_query_count": min_queries,
        "min_duration_ms": math.ceil(min_duration_ns / 1_000_000),
        "server_target_latency_ns": latency_target_ns,
        "server_target_latency_percentile": 0.99,
    }
    settings |= dict(zip(("qsl_rng_seed", "sample_index_rng_seed", "schedule_rng_seed"), seeds, strict=True))
    if target_qps is not None:
        settings |= {"server_target_qps": target_qps, "offline_expected_qps": target_qps}
    with tempfile.TemporaryDirectory() as temporary:
        where = Path(folder or temporary)
        where.mkdir(parents=True, exist_ok=True)
        arguments = model, library, scenario, settings, batch_size, where.resolve()
        try:
            numbers: dict[str, Any] = run_in_own_process(_measure, *arguments, timeout_s=timeout_s)
        except ChildFailedError as error:
            raise LoadGenFailed(f"LoadGen, {scenario}: {error}; there is no result") from error
        return numbers


def _measure(
    model: Any, library: QuerySampleLibrary, scenario: str, settings: dict[str, Any], batch_size: int, folder: Path
) -> dict[str, Any]:
    """Run LoadGen in this process, which is one of our own, and return its numbers."""
    size = {"offline": batch_size, "multi_stream": 8}.get(scenario, 1)
    pace_ns = _warm_up(model if callable(model) else model.issue, library.inputs, size)
    prepared = {
        # LoadGen prepares twice as many queries as fit; it takes 2 us for one and this adapter 1.2 us for a sample.
        "single_stream_expected_latency_ns": max(2_000, pace_ns // 2),
        "multi_stream_expected_latency_ns": max(2_000, pace_ns // 2),
        "offline_expected_qps": 1.25 * NS_PER_S / (pace_ns / size + 1_200),
        "server_target_qps": 0.5 * NS_PER_S / pace_ns,  # in accuracy mode
    }
    with loadgen_sut(model, library, batch_size=batch_size, on_error=give_up) as system:
        start_test(system.sut, system.qsl, prepared | settings, folder)
    if settings["mode"] == MODES["performance"]:
        return read_numbers(folder, scenario)
    indices, answers = read_answers(folder)
    indices, first = np.unique(indices, return_index=True)  # Multi-Stream fills its last query with some once more
    rows = [np.frombuffer(answers[i], system.output_dtype).reshape(system.output_shape) for i in first]
    outputs = np.array(rows)
    answered = outputs if outputs.ndim == 1 else np.argmax(outputs, axis=1)
    right = (
        None
        if library.labels is None or library.metric != "top1"
        else float(np.mean(answered == library.labels[indices]))
    )
    return {"scenario": scenario, "samples": len(indices), "accuracy": right}


def _warm_up(model: Callable[[Array], Any], inputs: Array, size: int) -> int:
    """Call the model 50 times, or 5 and 200 ms; return the median of the last five calls in ns."""
    batch, taken = inputs[np.arange(size) % len(inputs)], list[int]()
    while len(taken) < 50 and (len(taken) < 5 or sum(taken) < NS_PER_S // 5):
        start = time.perf_counter_ns()
        model(batch)
        taken.append(time.perf_counter_ns() - start)
    return max(1, round(statistics.median(taken[-5:])))
