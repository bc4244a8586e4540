"""scikit-learn estimators as plain callables. Knows nothing of benchmarks; imports scikit-learn for its checks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tinytorch.adapters.framework import named, need

Array = npt.NDArray[Any]
METHODS = ("predict_proba", "decision_function", "predict", "transform")


def sklearn_model(estimator: Any, method: str = "predict_proba") -> SklearnModel:
    """Return a fitted `estimator`'s `method` as a callable; samples of any shape become rows of features.

    `estimator` is an object or the text of a target that gives one, 'package.module:train()'. Scores (n, classes) count
    as classes by position, so `predict_proba` and `decision_function` want the classes 0, 1, 2, ...; where they are
    others, `method="predict"` returns them. Raises ValueError for another method or other classes, NotFittedError (a
    ValueError) before `fit`, ModuleNotFoundError without scikit-learn.

    Timed: the method, with the validation of its input that scikit-learn does. Reshaping the batch copies nothing.

    Built anew: a deep copy copies what was fitted, so no factory is needed.
    """
    return SklearnModel(named(estimator), method)


class SklearnModel:
    """What `sklearn_model` returns."""

    def __init__(self, estimator: Any, method: str = "predict_proba") -> None:
        need("sklearn.utils.validation").check_is_fitted(estimator)
        if not callable(getattr(estimator, method, None)):
            found = [name for name in METHODS if callable(getattr(estimator, name, None))]
            raise ValueError(f"{type(estimator).__name__} has no {method!r}; it has {', '.join(found)}")
        classes = getattr(estimator, "classes_", None)
        if method in ("predict_proba", "decision_function") and classes is not None:
            _check_classes(classes)
        self.estimator, self.method = estimator, method
        self.__name__ = type(estimator).__name__

    def __call__(self, batch: Array) -> Array:
        """Return the outputs (n, ...) of a batch (n, ...). Raises what the estimator raises."""
        outputs: Array = getattr(self.estimator, self.method)(batch.reshape(len(batch), -1))
        if self.method == "decision_function" and outputs.ndim == 1:  # of two classes it gives the second one's score
            return np.stack([-outputs, outputs], axis=1)
        return outputs


def _check_classes(classes: Any) -> None:
    if isinstance(classes, list):
        raise ValueError(f"{len(classes)} outputs a sample have a list of scores each; use method='predict'")
    if not np.array_equal(classes, np.arange(len(classes))):
        shown = ", ".join(map(repr, np.asarray(classes).tolist()[:6]))
        raise ValueError(f"scores count as classes 0, 1, 2, ...; this one's are {shown}; use method='predict'")
