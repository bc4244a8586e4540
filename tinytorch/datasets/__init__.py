"""Query sample libraries: labelled inputs in memory, from the shipped digits, CIFAR-10 or your own arrays.

A library is what MLPerf calls a QSL: samples to draw queries from, the labels aside. It knows no model and no clock.
Importing this package costs little more than numpy; CIFAR-10's reader and its download load when first asked for.
"""

from tinytorch.datasets.labels import METRICS, OWN, Metric, name_of
from tinytorch.datasets.library import DatasetUnavailable, QuerySampleLibrary
from tinytorch.datasets.loading import cifar10, digits, load_dataset

__all__ = [
    "METRICS",
    "OWN",
    "DatasetUnavailable",
    "Metric",
    "QuerySampleLibrary",
    "cifar10",
    "digits",
    "load_dataset",
    "name_of",
]
