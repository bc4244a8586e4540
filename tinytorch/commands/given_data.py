"""What `--dataset` names: a shipped data set, a file, or an object or factory of an own module."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tinytorch.datasets import Metric, QuerySampleLibrary

FORMS = "a .npy, .npz or .csv file, or package.module:data()"


def dataset_of(text: str, label: str | None = None, metric: str | None = None) -> QuerySampleLibrary:
    """Return the library that `text` names; `label` is the column of a .csv file that holds the label, `metric` what
    `--metric` names.

    Raises ValueError for text that names none and for data that is none, OSError for a file that cannot be read.
    """
    from tinytorch.datasets.files import from_file, is_file_name
    from tinytorch.datasets.loading import DATASETS, load_dataset

    if is_file_name(text):
        return from_file(text, label, metric_of(metric) or "top1")
    if label is not None:
        raise ValueError(f"--label names a column of a .csv file, got --dataset {text}; leave --label out")
    if text in DATASETS:
        return load_dataset(text, metric=metric_of(metric))
    if ":" in text:
        return from_target(text, metric_of(metric))
    raise ValueError(f"there is no data set {text!r}; there are {', '.join(DATASETS)}, or name {FORMS}")


def metric_of(text: str | None) -> Metric | None:
    """Return the metric that `--metric` names: one by its own name, or a function of a module. Raises ValueError."""
    from tinytorch.adapters.targets import load_target

    if text is None or ":" not in text:
        return text
    try:
        target = load_target(text)
    except ValueError as error:
        raise ValueError(f"--metric {text}: {error}") from error
    found: Metric = target.model if target.build is None else target.build()
    return found


def from_target(text: str, metric: Metric | None = None) -> QuerySampleLibrary:
    """Return the library of an object or of a factory's answer. Raises ValueError for what is no data."""
    from tinytorch.adapters.targets import load_target
    from tinytorch.datasets import QuerySampleLibrary, load_dataset

    try:
        target = load_target(text)
        found = target.model if target.build is None else target.build()
        if callable(found):
            raise ValueError(
                f"data is inputs or (inputs, labels), got the {type(found).__name__} {target.name}; call it"
            )
        library = load_dataset(found, metric=metric)
    except ValueError as error:
        raise ValueError(f"--dataset {text}: {error}") from error
    if isinstance(found, QuerySampleLibrary | str):
        return library
    return replace(library, name=text, source=f"given by {text}")
