"""Data of one's own on the command line: read right or refused in one sentence. No number is a speed."""

import json
import sys

import numpy as np
import pytest

from tinytorch.cli import main
from tinytorch.commands.given_data import dataset_of
from tinytorch.datasets import QuerySampleLibrary

INPUTS = np.arange(24, dtype=np.float64).reshape(8, 3)
LABELS = np.array([0, 1, 2, 0, 1, 2, 0, 1])
FINGERPRINT = QuerySampleLibrary.from_arrays(INPUTS, LABELS).fingerprint
MODULE = """
import numpy as np
inputs, labels = np.arange(24.0).reshape(8, 3), np.array([0, 1, 2, 0, 1, 2, 0, 1])

def data(labelled=True):
    return (inputs, labels) if labelled else inputs

def failing():
    raise OSError("no such share")

def model(batch):
    return batch * 2
"""
SHORT = ["--rounds", "2", "--min-queries", "20", "--min-duration", "0.001", "--qps", "2000", "--quiet"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The current folder, with the same data in every form."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "own_data", raising=False)
    (tmp_path / "own_data.py").write_text(MODULE)
    np.save("mine.npy", INPUTS)
    np.savez("mine.npz", inputs=INPUTS, labels=LABELS)
    rows = [f"{a},{label},{b},{c}" for (a, b, c), label in zip(INPUTS, LABELS, strict=True)]
    (tmp_path / "mine.csv").write_text("\n".join(["a,class,b,c", *rows, ""]), encoding="utf-8-sig")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("mine.npz", None, "mine.npz"),
        ("mine.csv", "class", "mine.csv"),
        ("own_data:data()", None, "own_data:data()"),
        ("own_data:data(labelled=True)", None, "own_data:data(labelled=True)"),
    ],
)
def test_the_same_data_in_every_form_has_one_fingerprint(text, label, name):
    library = dataset_of(text, label)
    assert (library.name, len(library), library.fingerprint) == (name, 8, FINGERPRINT)


@pytest.mark.parametrize("text", ["mine.npy", "own_data:inputs", "own_data:data(False)"])
def test_without_labels_there_are_none(text):
    library = dataset_of(text)
    assert library.labels is None
    np.testing.assert_array_equal(library.inputs, INPUTS)


def test_every_column_of_a_table_is_input_where_no_label_is_named():
    assert dataset_of("mine.csv").inputs.shape == (8, 4)


@pytest.mark.parametrize("given", [["mine.csv", "--label", "class"], ["own_data:data()"]])
def test_name_size_and_fingerprint_stand_in_the_results(given, folder):
    main(["perf", "own_data:model", *SHORT, "--dataset", *given, "--json", "new.json"])
    text = (folder / "new.json").read_text()
    results = json.loads(text)
    assert given[0] in text
    assert FINGERPRINT in text
    assert results["results"]["n_samples"] == 8


def refused(given, capsys):
    """Return what is said where the command could not start; it is one line."""
    assert main(["perf", "own_data:model", *SHORT, "--dataset", *given]) == 2
    said = capsys.readouterr().err
    assert said.startswith("tinytorch perf: ")
    assert said.count("\n") == 1
    return said


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["absent.npy"], "there is no absent.npy; name a file that is there"),
        (["mnist"], "there are digits, cifar10, or name a .npy, .npz or .csv file"),
        (["mine.npz", "--label", "class"], "a label column is of a .csv file, got mine.npz"),
        (["digits", "--label", "class"], "--label names a column of a .csv file, got --dataset digits"),
        (["mine.csv", "--label", "kind"], "there is no column 'kind' for the labels; there are a, class, b, c"),
        (["own_data:data"], "got the function data; call it"),
        (["own_data:absent()"], "own_data has no 'absent'"),
        (["own_data:failing()"], "failed with OSError: no such share"),
    ],
)
def test_what_names_no_data_is_refused(given, message, capsys):
    assert message in refused(given, capsys)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "the first line holds the columns' names, got none"),
        ("1,2\n3,4\n", "the first line holds the columns' names, got 1, 2"),
        ("a;b\n1;2\n", "columns are set apart by commas, got 'a;b'"),
        ("a,a\n1,2\n", "got 'a' twice"),
        ("a,b\n", "got none below the names"),
        ("a,b\n1,2\n3\n", "each line has 2 values, got 1 in line 3"),
        ("a,b\n1,setosa\n", "got 'setosa' in column 'b', line 2"),
        ("a,b\n1,\n", "got '' in column 'b', line 2"),
        ("a,class\n1,0.5\n", "got 0.5 in column 'class'; for a regression say --metric"),
        ("a,b\n1,nan\n", "got 'nan' in column 'b', line 2"),
    ],
)
def test_a_table_that_is_none_is_refused(table, message, folder, capsys):
    (folder / "bad.csv").write_text(table)
    label = ["--label", "class"] if "class" in table else []
    said = refused(["bad.csv", *label], capsys)
    assert message in said
    assert "bad.csv: " in said


def test_a_table_in_another_encoding_is_refused(folder, capsys):
    (folder / "bad.csv").write_bytes("größe\n1\n".encode("latin-1"))
    assert "text in UTF-8" in refused(["bad.csv"], capsys)


class Trap:
    """Writes a file where it is unpickled."""

    def __reduce__(self):
        return open, ("trapped", "w")


def test_arrays_that_are_none_are_refused_and_nothing_in_them_is_run(folder, capsys):
    np.save("bad.npy", np.array([Trap()], dtype=object), allow_pickle=True)
    assert "write it with np.save" in refused(["bad.npy"], capsys)
    np.savez("bad.npz", inputs=np.array([Trap()], dtype=object), allow_pickle=True)
    refused(["bad.npz"], capsys)
    assert not (folder / "trapped").exists()
    np.savez("bad.npz", x=INPUTS, y=LABELS)
    assert "got x, y; np.savez(FILE, inputs=..., labels=...)" in refused(["bad.npz"], capsys)
    for broken in (b"", b"PK\x03\x04 cut short", b"\x93NUMPY\x01\x00"):
        (folder / "bad.npy").write_bytes(broken)
        assert "numpy reads no arrays" in refused(["bad.npy"], capsys)
