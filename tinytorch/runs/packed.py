"""Runs as plain data for JSON: numbers compressed, whole ones as differences. Knows no file and no statistics."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from tinytorch.runs.run import FloatArray, IntArray, Run

SCHEMA_VERSION = 1  # of what `Results.to_dict` and `Report.save_as_json` write
MOMENTS = ("scheduled_ns", "issued_ns", "completed_ns", "sample_indices")


def pack(values: IntArray) -> str:
    """Return whole numbers as text: the differences, compressed, in base64."""
    return base64.b64encode(zlib.compress(np.diff(values, prepend=0).astype("<i8").tobytes())).decode("ascii")


def unpack(text: str) -> IntArray:
    """Return what `pack` packed, int64."""
    return np.cumsum(np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype="<i8")).astype(np.int64)


def pack_numbers(values: FloatArray) -> str:
    """Return numbers as text: float64, compressed, in base64."""
    return base64.b64encode(zlib.compress(values.astype("<f8").tobytes())).decode("ascii")


def unpack_numbers(text: str) -> FloatArray:
    """Return what `pack_numbers` packed."""
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype="<f8").astype(np.float64)


def pack_run(run: Run) -> dict[str, Any]:
    """Return the run as plain data, without its outputs."""
    plain = {"error": run.error, "preempted": run.preempted, "cpu_ns": run.cpu_ns}
    return plain | {name: pack(getattr(run, name)) for name in MOMENTS}


def unpack_run(scenario: str, packed: Mapping[str, Any]) -> Run:
    """Return the run that `pack_run` packed."""
    scheduled, issued, completed, indices = (unpack(packed[name]) for name in MOMENTS)
    rest = packed["error"], packed["preempted"], packed["cpu_ns"]
    return Run(scenario, scheduled, issued, completed, indices, np.empty(0, np.int64), np.empty(0), *rest)
