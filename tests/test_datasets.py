"""Sample libraries: the shipped digits, own arrays, and what is refused."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from tinytorch.datasets import QuerySampleLibrary, digits, load_dataset


def test_digits_are_the_published_images():
    whole = digits("all")
    assert whole.inputs.shape == (1797, 1, 8, 8)
    assert whole.inputs.dtype == np.float32
    assert whole.labels.dtype == np.int64
    assert (whole.inputs.min(), whole.inputs.max()) == (0, 1)
    # The class sizes that the UCI page gives for its test part.
    assert np.bincount(whole.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    # The first row of the file: a zero.
    assert (whole.inputs[0, 0, 0] * 16).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert whole.labels[0] == 0
    assert "CC BY 4.0" in whole.source


def test_the_splits_share_no_image_and_leave_none_out():
    train, test, whole = digits("train"), digits("test"), digits("all")
    assert (len(train), len(test)) == (1287, 510)
    np.testing.assert_array_equal(np.concatenate([train.inputs, test.inputs]), whole.inputs)
    np.testing.assert_array_equal(np.concatenate([train.labels, test.labels]), whole.labels)
    assert set(np.unique(test.labels)) == set(range(10))
    # Written down once: a report that names it names these bytes.
    assert digits().fingerprint == test.fingerprint == "1125e8b6183b858b"


def test_load_dataset_takes_names_libraries_arrays_and_pairs():
    inputs, labels = np.zeros((3, 2)), np.array([0, 1, 1], dtype=np.uint8)
    library = QuerySampleLibrary.from_arrays(inputs, labels, name="mine")
    assert load_dataset(library) is library
    assert load_dataset("digits", split="train").name == "digits/train"
    assert load_dataset(inputs).labels is None
    assert load_dataset((inputs, labels)).labels.dtype == np.int64
    assert len(load_dataset([[1.0], [2.0]])) == 2
    assert load_dataset((inputs, labels)).fingerprint == library.fingerprint


@pytest.mark.parametrize("name", ["cifar", "", "Digits", "/etc/passwd"])
def test_an_unknown_name_is_answered_with_the_names(name):
    with pytest.raises(ValueError, match="digits, cifar10, or give your own arrays"):
        load_dataset(name)


@pytest.mark.parametrize("name", ["digits", "cifar10"])
def test_an_unknown_split_is_answered_with_the_splits(name):
    with pytest.raises(ValueError, match="'validation'; there are train, test, all"):
        load_dataset(name, split="validation")


@pytest.mark.parametrize(
    ("inputs", "labels", "message"),
    [
        (np.zeros((0, 4)), None, r"at least one sample, got inputs of shape \(0, 4\)"),
        (np.float64(1), None, "at least one sample"),
        (np.array(["a", "b"]), None, r"inputs must be numbers, .* got texts \(<U1\)"),
        (np.array([None, 1]), None, "inputs must be numbers"),
        (np.array([1j]), None, "inputs must be numbers"),
        (np.zeros((3, 4)), np.zeros(2, dtype=int), "got 3 samples and 2 labels"),
        (np.zeros((3, 4)), np.zeros((3, 10), dtype=int), "argmax"),
        (np.zeros((3, 4)), np.zeros(3), "got dtype float64; for a regression say"),
        (np.zeros((3, 4)), np.zeros(3, bool), r"labels.astype\(int\)"),
        (np.zeros((3, 4)), np.array(["a", "b", "c"]), "number the classes from 0"),
        ([np.zeros((3, 8, 8)), np.zeros((3, 9, 7))], None, r"one shape, got \(3, 8, 8\), \(3, 9, 7\); resize"),
        ([np.zeros(2), np.zeros(3)], None, r"one shape, got \(2,\), \(3,\); resize"),
        ([[1, 2], [3]], None, "one shape, got length 2, length 1; resize"),
        (np.array([np.zeros(2), np.zeros(3)], dtype=object), None, r"one shape, got \(2,\), \(3,\); resize"),
        (["a text", "another"], None, "got texts .* token ids"),
        ({"ids": np.zeros(3), "mask": np.zeros(3)}, None, "got a dict of ids, mask; join them into one array"),
        ([{"ids": 1}, {"ids": 2}], None, "got objects of type dict"),
        ((np.zeros((4, 3)), np.zeros((4, 3))), None, r"got a tuple of 2 arrays of shapes \(4, 3\), \(4, 3\); join"),
        ([(np.zeros(3), np.ones(3))], None, "got samples that are tuples of 2 arrays; join"),
        (iter([1.0]), None, "got an object of type list_iterator"),
    ],
)
def test_what_is_not_a_library_is_refused(inputs, labels, message):
    with pytest.raises(ValueError, match=message):
        QuerySampleLibrary("bad", inputs, labels)


def test_a_list_of_samples_of_one_shape_is_taken():
    assert QuerySampleLibrary.from_arrays([np.zeros((2, 3)), np.ones((2, 3))]).inputs.shape == (2, 2, 3)
    assert QuerySampleLibrary.from_arrays(((1.0, 2.0), (3.0, 4.0))).inputs.shape == (2, 2)


def test_a_tuple_that_is_no_pair_is_refused():
    with pytest.raises(ValueError, match="got 3 items"):
        load_dataset((np.zeros(1), np.zeros(1), np.zeros(1)))


def test_the_fingerprint_is_of_the_data_not_of_its_name_or_layout():
    inputs = np.arange(24, dtype=np.float32).reshape(4, 6)
    one = QuerySampleLibrary.from_arrays(inputs, name="one").fingerprint
    assert len(one) == 16
    assert set(one) <= set("0123456789abcdef")
    assert QuerySampleLibrary.from_arrays(np.asfortranarray(inputs), name="two").fingerprint == one
    assert QuerySampleLibrary.from_arrays(inputs.copy()).fingerprint == one
    changed = inputs.copy()
    changed[3, 5] += 1
    others = [changed, inputs.reshape(4, 3, 2), inputs.astype(np.float64), inputs.view(np.int32)]
    prints = [QuerySampleLibrary.from_arrays(other).fingerprint for other in others]
    labelled = QuerySampleLibrary.from_arrays(inputs, np.array([0, 1, 2, 3])).fingerprint
    assert len({one, labelled, *prints}) == 6


def test_importing_the_data_sets_loads_no_network_and_no_progress_bar():
    code = (
        "import sys, numpy; import tinytorch.datasets, tinytorch.models, tinytorch.machine.environment;"
        "late = ('tqdm', 'urllib.request', 'tarfile', 'scipy', 'tinytorch.datasets.cifar');"
        "print([m for m in late if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
