"""Classes as Canvas, Moodle, Gradescope, Blackboard and nbgrader hand them out, packed and unpacked, honest and not."""

import io
import json
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from autograder.collecting import archives
from autograder.collecting.archives import ArchiveError
from autograder.collecting.collect import find_submissions
from autograder.collecting.folders import listed
from autograder.collecting.owners import folder_id, numbered_id, people, plain_id
from autograder.reading.submission import read_submission
from tests import mini

NOTEBOOK = b'{"cells": []}'
PEOPLE = """\
---
submission_101:
  :submitters:
  - :name: Ada Lovelace
    :sid: '4711'
    :email: ada@example.edu
  - :name: Grace O''Hopper
    :sid:
    :email: grace@example.edu
  :created_at: 2026-11-02 10:00:00.000000000 Z
  :results:
    output: |
  :submitters:
  - :name: Nobody
    :sid: '666'
submission_102:
  :submitters:
  - :name: "Blaise ../../Pascal"
  :score: 3
"""

LAYOUTS: dict[str, tuple[Mapping[str, bytes], dict[str, str]]] = {
    "canvas": (
        {
            "lovelaceada_12345_678901_benchmarking_dev.ipynb": NOTEBOOK,
            "lovelaceada_12345_678999_benchmarking_dev-1.ipynb": b"newer",
            "pascalblaise_LATE_777_678902_benchmarking_dev (1).ipynb": NOTEBOOK,
            "vonneumannjohn_31_678903_report.pdf": b"%PDF",
            "anon_x1Yz2_678904_benchmarking_dev.ipynb": NOTEBOOK,
        },
        {
            "anon_x1Yz2": "anon_x1Yz2_678904_benchmarking_dev.ipynb",
            "lovelaceada_12345": "lovelaceada_12345_678999_benchmarking_dev-1.ipynb",
            "pascalblaise_777": "pascalblaise_LATE_777_678902_benchmarking_dev (1).ipynb",
            "vonneumannjohn_31": "",
        },
    ),
    "moodle, folders": (
        {
            "Ada Lovelace_500_assignsubmission_file_/benchmarking_dev.ipynb": NOTEBOOK,
            "Ada Lovelace_500_assignsubmission_file_/scratch.ipynb": NOTEBOOK,
            "Participant_501_assignsubmission_file/my work (2).ipynb": NOTEBOOK,
            "Zoë Ångström_502_assignsubmission_onlinetext_/onlinetext.html": b"<p>",
        },
        {"Ada Lovelace_500": "benchmarking_dev.ipynb", "Participant_501": "my work (2).ipynb", "Zoë Ångström_502": ""},
    ),
    "moodle, flat": (
        {"Ada Lovelace_500_assignsubmission_file_benchmarking_dev.ipynb": NOTEBOOK},
        {"Ada Lovelace_500": "Ada Lovelace_500_assignsubmission_file_benchmarking_dev.ipynb"},
    ),
    "gradescope": (
        {
            "assignment_9_export/submission_metadata.yml": PEOPLE.encode(),
            "assignment_9_export/submission_101/benchmarking_dev.ipynb": NOTEBOOK,
            "assignment_9_export/submission_102/benchmarking_dev.ipynb": NOTEBOOK,
            "assignment_9_export/submission_103/benchmarking_dev.ipynb": NOTEBOOK,
        },
        dict.fromkeys(["4711", "Blaise .._.._Pascal-a78e006d", "submission_103"], "benchmarking_dev.ipynb"),
    ),
    "nbgrader zip_collect": (
        {
            "ps_bitdiddle_attempt_2026-01-30-15-30-10_benchmarking_dev.ipynb": NOTEBOOK,
            "ps_bitdiddle_attempt_2026-01-30-16-30-10_benchmarking_dev.ipynb": b"newer",
            "ps_hacker_attempt_2026-01-30-16-30-10/benchmarking_dev.ipynb": NOTEBOOK,
        },
        {
            "bitdiddle": "ps_bitdiddle_attempt_2026-01-30-16-30-10_benchmarking_dev.ipynb",
            "hacker": "benchmarking_dev.ipynb",
        },
    ),
    "a course folder": (
        {
            "course/submitted/ada/13_benchmarking/benchmarking_dev.ipynb": NOTEBOOK,
            "course/submitted/ada/13_benchmarking/.ipynb_checkpoints/benchmarking_dev.ipynb": NOTEBOOK,
            "course/release/13_benchmarking/benchmarking_dev.ipynb": NOTEBOOK,
        },
        {"ada": "benchmarking_dev.ipynb"},
    ),
    "a folder each": (
        {"all/ada/benchmarking_dev.ipynb": NOTEBOOK, "all/blaise/work/benchmarking_dev (1).ipynb": NOTEBOOK},
        {"ada": "benchmarking_dev.ipynb", "blaise": "benchmarking_dev (1).ipynb"},
    ),
    "a single folder": ({"ada/benchmarking_dev.ipynb": NOTEBOOK}, {"ada": "benchmarking_dev.ipynb"}),
}


def packed(files: Mapping[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._x.ipynb", b"")
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("how", ["zip", "folder"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_platforms_names_become_students(layout: str, how: str, tmp_path: Path) -> None:
    files, students = LAYOUTS[layout]
    place = packed(files, tmp_path / "class.zip")
    if how == "folder":
        place = tmp_path / "class"
        for name, data in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(data)
    found = find_submissions(place)
    assert {entry.student: entry.path.name if entry.path else "" for entry in found} == students
    for entry in found:
        assert entry.attention == (entry.path is None)
        assert entry.path is None or entry.path.read_bytes() in (NOTEBOOK, b"newer")
        if entry.path is None:
            assert entry.remarks == ("There is no notebook among the files handed in.",)


def test_the_newest_of_several_is_said_and_a_group_too(tmp_path: Path) -> None:
    found = {entry.student: entry for entry in find_submissions(packed(LAYOUTS["canvas"][0], tmp_path / "c.zip"))}
    assert found["lovelaceada_12345"].remarks == ("2 notebooks were handed in; 'benchmarking_dev-1.ipynb' was graded.",)
    found = {entry.student: entry for entry in find_submissions(packed(LAYOUTS["gradescope"][0], tmp_path / "g.zip"))}
    assert found["4711"].remarks == ("Handed in by a group; the others are grace@example.edu.",)


def test_what_nbgrader_keeps_of_zip_collect_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "downloaded" / "13_benchmarking"
    (folder / "extracted").mkdir(parents=True)
    (folder / "archive").mkdir()
    packed(LAYOUTS["nbgrader zip_collect"][0], folder / "archive" / "notebooks.zip")
    assert [entry.student for entry in find_submissions(tmp_path)] == ["bitdiddle", "hacker"]


def test_a_students_own_archive_is_opened_once(tmp_path: Path) -> None:
    def inner(files: Mapping[str, bytes]) -> bytes:
        return packed(files, tmp_path / "inner.zip").read_bytes()

    files = {
        "ada_1_11_work.zip": inner({"work/benchmarking_dev.ipynb": NOTEBOOK, "work/notes.txt": b""}),
        "bob_2_12_work.zip": b"PK\x03\x04 broken",
        "cyd_3_13_work.zip": inner({"again.zip": inner({"x.ipynb": NOTEBOOK})}),
        "dan_4_14_work.zip": inner({"notes.txt": b""}),
    }
    found = {entry.student: entry for entry in find_submissions(packed(files, tmp_path / "class.zip"))}
    assert found["ada_1"].path is not None
    assert found["bob_2"].remarks == ("The archive is no zip archive, or a damaged one.",)
    assert found["cyd_3"].remarks == ("An archive within an archive within an archive is not read.",)
    assert found["dan_4"].remarks == ("There is no notebook among the files handed in.",)
    assert all(found[name].attention for name in ("bob_2", "cyd_3", "dan_4"))


def hostile(path: Path) -> Path:
    """A class with a bomb, links, paths that lead out, an encrypted and a damaged file, and one honest student."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada_1_11_x.ipynb", NOTEBOOK)
        archive.writestr("bomb_2_12_x.ipynb", b" " * 15_000_000)
        archive.writestr("huge_3_13_x.ipynb", b" " * 20_000_001)
        for name, target in (("link_4_14_x.ipynb", "/etc/passwd"), ("twin_5_15_x.ipynb", "ada_1_11_x.ipynb")):
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
        archive.writestr("../../slip_6_16_x.ipynb", NOTEBOOK)
        archive.writestr("/tmp/abs_7_17_x.ipynb", NOTEBOOK)
        archive.writestr("C:\\win_8_18_x.ipynb", NOTEBOOK)
        archive.writestr("torn_9_19_x.ipynb", b"unmistakable" * 40, zipfile.ZIP_STORED)
        locked = archive.getinfo("ada_1_11_x.ipynb")
        archive.writestr("lock_10_20_x.ipynb", NOTEBOOK)
        archive.getinfo("lock_10_20_x.ipynb").flag_bits |= 1
        assert locked.flag_bits & 1 == 0
    path.write_bytes(path.read_bytes().replace(b"unmistakable", b"unmistakablf", 1))
    return path


def test_a_hostile_archive_harms_nobody(tmp_path: Path) -> None:
    found = {entry.student: entry for entry in find_submissions(hostile(tmp_path / "class.zip"))}
    said = {name.partition("_")[0]: " ".join(entry.remarks) for name, entry in found.items()}
    assert found.pop("ada_1").path is not None
    assert all(entry.path is None and entry.attention for entry in found.values())
    assert "compressed more than any notebook" in said["bomb"]
    assert "larger than 20 MB" in said["huge"]
    assert "is a link" in said["link"]
    assert "is a link" in said["twin"]
    assert "leads out" in said["slip"]
    assert "leads out" in said["abs"]
    assert "leads out" in said["win"]
    assert "is damaged" in said["torn"]
    assert "is encrypted" in said["lock"]
    assert not (tmp_path.parent / "slip_6_16_x.ipynb").exists()


def test_an_archive_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.zip").write_bytes(b"not a zip")
    with pytest.raises(ArchiveError, match="no zip archive, or a damaged one"):
        find_submissions(tmp_path / "x.zip")
    packed({f"s_{i}_1_x.ipynb": b" " * 1000 for i in range(5)}, tmp_path / "many.zip")
    monkeypatch.setattr(archives, "MAX_TOTAL", 4_000)
    with pytest.raises(ArchiveError, match="would unpack to"):
        find_submissions(tmp_path / "many.zip")
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    with pytest.raises(ArchiveError, match="more than the 3"):
        listed(tmp_path / "many.zip")


def test_ids_are_file_names() -> None:
    texts = ("../../x", "a/b\0c", "", "...", "a:b", "a_b", "Ä" * 300, "Ä" * 301, " a_b", "ada")
    ids = [plain_id(text) for text in texts]
    shown = ("_.._x", "a_b_c", "unnamed", "unnamed", "a_b", "a_b", "Ä", "Ä", "a_b", "ada")
    assert all(found.startswith(start) for found, start in zip(ids, shown, strict=True))
    assert len(set(ids)) == len(ids), "two names are never one id"
    assert all(len(found.encode()) <= 180 and not set(found) & set('/\\:*?"<>|\0') for found in ids)
    assert (plain_id("a_b"), plain_id("ada"), plain_id("Zoe\u0308")) == ("a_b", "ada", "Zoë")
    assert numbered_id("Ä" * 300, "4711").endswith("_4711"), "the platform's number is the way back"
    assert (folder_id("a:b"), folder_id("Ä" * 90)) == ("a:b", "Ä" * 90), "nbgrader's own name for a student"
    assert len(folder_id("x" * 255).encode()) <= 180
    assert people(PEOPLE) == {
        "submission_101": ["4711", "grace@example.edu"],
        "submission_102": ["Blaise ../../Pascal"],
    }
    assert people("\0:\nsubmission_1:\n  :submitters:\n") == {"submission_1": []}


def test_a_notebook_out_of_an_archive_is_read_as_any_other(tmp_path: Path) -> None:
    data = json.dumps(mini.solved()).encode("utf-16")
    archive = packed({"lovelaceada_1_2_benchmarking_dev (1).ipynb": data}, tmp_path / "class.zip")
    (found,) = find_submissions(archive)
    assert found.path is not None
    submission = read_submission(found.path, found.student, mini.layout(), found.remarks)
    assert submission.answers.keys() == {"middle", "Clock", "spread"}
    assert io.BytesIO(data).getvalue() == found.path.read_bytes()
