"""Whose file is it, and is each of them somebody's: nothing inside a hand-in names anybody or hides anybody else."""

import io
import itertools
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from autograder.collecting.choose import Found, read_found
from autograder.collecting.collect import collect, find_submissions
from autograder.reading.submission import Submission
from tests import courses, mini

Tree = Mapping[str, "bytes | Tree"]
NOTEBOOK = b'{"cells": []}'
ASSIGNMENT = "13_benchmarking"
NAME = "benchmarking_dev.ipynb"


def flat(tree: Tree, above: str = "") -> dict[str, bytes]:
    """Return {path: bytes} of a tree; a folder whose name ends in .zip is packed."""
    found: dict[str, bytes] = {}
    for name, inside in tree.items():
        if isinstance(inside, bytes):
            found[above + name] = inside
        elif name.endswith(".zip"):
            found[above + name] = zipped(inside)
        else:
            found |= flat(inside, f"{above}{name}/")
    return found


def zipped(tree: Tree) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in flat(tree).items():
            archive.writestr(name, data)
    return packed.getvalue()


def written(tree: Tree, place: Path) -> Path:
    """Write a tree as a folder, or as a zip where the place is called so."""
    if place.suffix == ".zip":
        place.write_bytes(zipped(tree))
        return place
    for name, data in flat(tree).items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
    return place


# What each platform puts in front of Ada's and Bob's work, and what their ids are.
PLATFORMS: dict[str, Callable[[str, str], tuple[str, str]]] = {
    "canvas": lambda who, number: (f"{who}_{number}_10{number}_work.zip", f"{who}_{number}"),
    "moodle": lambda who, number: (f"{who}_{number}_assignsubmission_file_", f"{who}_{number}"),
    "moodle, flat": lambda who, number: (f"{who}_{number}_assignsubmission_file_work.zip", f"{who}_{number}"),
    "gradescope": lambda who, number: (f"submission_{number}", f"submission_{number}"),
    "blackboard": lambda who, number: (f"ps_{who}_attempt_2026-01-30-15-30-1{number}_work.zip", who),
    "a folder each": lambda who, number: (f"bench-{who}", f"bench-{who}"),
    "a zip each": lambda who, number: (f"{who}.zip", who),
}
HOSTILE: dict[str, Tree] = {
    "submitted": {"mycourse": {"submitted": {"me": {ASSIGNMENT: {"x.ipynb": NOTEBOOK}}}}, NAME: NOTEBOOK},
    "submitted at the top": {"submitted": {"me": {ASSIGNMENT: {"x.ipynb": NOTEBOOK}}}},
    "nbgrader's layout": {"bench-ada": {ASSIGNMENT: {"x.ipynb": NOTEBOOK}}, "ada": {ASSIGNMENT: {NAME: NOTEBOOK}}},
    "the assignment": {ASSIGNMENT: {NAME: NOTEBOOK}},
    "canvas": {"ada_1_109_x.ipynb": NOTEBOOK, "ada_1_999_x.ipynb": NOTEBOOK},
    "moodle": {"ada_1_assignsubmission_file_": {NAME: NOTEBOOK}},
    "blackboard": {"x_bench-ada_attempt_2099-01-01-00-00-00_x.ipynb": NOTEBOOK},
    "gradescope": {
        "submission_1": {NAME: NOTEBOOK},
        "submission_metadata.yml": b"submission_2:\n  :submitters:\n  - :name: submission_1\n",
    },
    "Ada's name": {"ada": {NAME: NOTEBOOK}, "ada.ipynb": NOTEBOOK},
    "release": {"release": {NAME: NOTEBOOK}, "source": {NAME: NOTEBOOK}},
}  # fmt: skip


@pytest.mark.parametrize("how", ["zip", "folder", "zip in a folder around it"])
@pytest.mark.parametrize("inside", HOSTILE)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_a_student_packs_is_that_students_alone(platform: str, inside: str, how: str, tmp_path: Path) -> None:
    """Ada's file is found as if Bob had handed in something harmless, and nobody else comes of Bob's."""
    places = [PLATFORMS[platform](who, number) for who, number in (("ada", "1"), ("bob", "2"), ("cyd", "3"))]
    trees = [{NAME: b"ada's"}, HOSTILE[inside], {NAME: b"cyd's"}]
    tree: Tree = {name: tree for (name, _), tree in zip(places, trees, strict=True)}
    place = tmp_path / ("class.zip" if "zip" in how else "class")
    found = {
        entry.student: entry
        for entry in find_submissions(written({"around": tree} if "around" in how else tree, place))
    }
    assert sorted(found) == sorted(student for _, student in places)
    for (_, student), said in zip(places[::2], (b"ada's", b"cyd's"), strict=True):
        assert found[student].path.read_bytes() == said  # type: ignore[union-attr]
        assert not found[student].attention
        assert found[student].remarks == ()


@pytest.mark.parametrize(
    "name",
    [
        "bob_2_102_x_bench-ada_attempt_2099-01-01-00-00-00_x.ipynb",
        "bob_2_102_ada_1_assignsubmission_file_x.ipynb",
        "bob_2_102_ada_1_999_x.ipynb",
        "bob_2_assignsubmission_file_ada_1_999_x.ipynb",
        "bob_2_assignsubmission_file_x_ada_attempt_2099-01-01-00-00-00_x.ipynb",
        "bob_LATE_2_102_anon_x1Yz2_678_x.ipynb",
    ],
)
def test_what_a_student_calls_a_file_names_nobody(name: str, tmp_path: Path) -> None:
    tree = {name: NOTEBOOK, "ada_1_101_x.ipynb": b"ada's"}
    found = {entry.student: entry for entry in find_submissions(written(tree, tmp_path / "class"))}
    assert sorted(found) == ["ada_1", "bob_2"]
    assert found["ada_1"].path.read_bytes() == b"ada's"  # type: ignore[union-attr]


def test_the_instructors_own_root_counts_wherever_it_stands(tmp_path: Path) -> None:
    """A student's folder of that name does not, and what other assignments hold is nobody's."""
    course: Tree = {
        "submitted": {
            "ada": {ASSIGNMENT: {NAME: b"ada's"}, "12_other": {"x.ipynb": NOTEBOOK}},
            "bob": {ASSIGNMENT: {NAME: NOTEBOOK, "submitted": {"me": {ASSIGNMENT: {NAME: NOTEBOOK}}}}},
            "dora": {"12_other": {"x.ipynb": NOTEBOOK}, "notes.txt": b""},
            "eve": {NAME: NOTEBOOK},
        },
        "release": {ASSIGNMENT: {NAME: NOTEBOOK}},
    }
    for number, tree in enumerate((course, {"course": course}, {"a": {"b": course}})):
        for place in (tmp_path / f"{number}.zip", tmp_path / f"{number}"):
            found = collect(written(tree, place))
            assert [entry.student for entry in found.found] == ["ada", "bob", "eve"]
            assert found.found[0] == Found("ada", found.found[0].path)
            assert any("dora" in left.name for left in found.aside), "said, with the reason"


def test_one_who_lacks_the_folder_hides_nobody(tmp_path: Path) -> None:
    """Clones of repositories, one of which holds a folder called as the assignment."""
    tree = {f"bench-{who}": {NAME: NOTEBOOK} for who in ("ada", "cyd")}
    tree["bench-bob"] = {ASSIGNMENT: {NAME: NOTEBOOK}}  # type: ignore[dict-item]
    found = find_submissions(written(tree, tmp_path / "class"))
    assert [entry.student for entry in found] == ["bench-ada", "bench-bob", "bench-cyd"]


def test_two_hand_ins_under_one_name_are_looked_at_by_a_person(tmp_path: Path) -> None:
    tree: Tree = {"ada": {NAME: b"1"}, "ada.ipynb": b"2", "ada.zip": {NAME: b"3"}, "bob": {NAME: NOTEBOOK}}
    ada, bob = find_submissions(written(tree, tmp_path / "class"))
    assert (ada.attention, bob.attention) == (True, False)
    assert (
        ada.remarks[0] == "3 hand-ins bear this student's name ('ada', 'ada.ipynb', 'ada.zip'); look which is theirs."
    )
    assert len(ada.others) == 2


def test_two_entries_of_gradescopes_list_for_one_person_are_too(tmp_path: Path) -> None:
    said = b"".join(b"submission_%d:\n  :submitters:\n  - :sid: '7'\n" % number for number in (1, 2))
    tree: Tree = {"submission_metadata.yml": said, "submission_1": {NAME: b"1"}, "submission_2": {NAME: b"2"}}
    (found,) = find_submissions(written(tree, tmp_path / "class"))
    assert found.attention
    assert "2 hand-ins bear this student's name" in found.remarks[0]


def test_a_name_that_no_file_can_bear_stops_nobody(tmp_path: Path) -> None:
    """255 bytes are a folder, but no `NAME.json`; nor are bytes that are not UTF-8 the name of one student only."""
    names = [b"x" * 255, "Ä".encode() * 127, b"a\xff", b"a\xfe", b"a\x1b[2J", b"ada"]
    for name in names:
        folder = tmp_path / "submitted" / os.fsdecode(name) / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / NAME).write_bytes(name)
    found = find_submissions(tmp_path)
    assert len({entry.student for entry in found}) == len(names)
    for entry in found:
        assert entry.student.isprintable()
        (tmp_path / f"{entry.student}.json").write_text("")
        assert entry.path is not None
        assert entry.path.read_bytes() in names


def test_a_class_with_such_a_name_is_graded_and_graded_again(tmp_path: Path) -> None:
    """Also after the folder is gone, and where an index of before names it."""
    course = courses.mini_class(tmp_path, 3)
    honest = {path.name for path in (course / "submitted").iterdir()}
    long = written({"x" * 255: {ASSIGNMENT: {NAME: json.dumps(mini.solved()).encode()}}}, course / "submitted")
    courses.grade_course(course, mini.setup(), engine=courses.here)
    graded = courses.points(course)
    assert graded.keys() > honest
    (student,) = graded.keys() - honest
    assert sum(graded[student]) == 85
    shutil.rmtree(long / ("x" * 255))
    index = course / "grading.json"
    data = json.loads(index.read_text())
    data["from"]["x" * 255] = "submitted"
    index.write_text(json.dumps(data))
    courses.grade_course(course, mini.setup(), engine=courses.here)
    assert courses.points(course).keys() == honest
    assert (course / "results" / "left" / f"{student}.json").is_file()


def test_hidden_work_is_said(tmp_path: Path) -> None:
    tree: Tree = {
        ".ada": {ASSIGNMENT: {NAME: NOTEBOOK}},
        ".hidden.ipynb": NOTEBOOK,
        "bob": {ASSIGNMENT: {".work": {NAME: NOTEBOOK}, ".ipynb_checkpoints": {NAME: NOTEBOOK}}},
        "cyd": {ASSIGNMENT: {NAME: NOTEBOOK, ".git": {"x.ipynb": NOTEBOOK}}},
        ".ipynb_checkpoints": {"x.ipynb": NOTEBOOK},
    }
    for place in (tmp_path / "class", tmp_path / "class.zip"):
        found = collect(written(tree, place))
        bob, cyd = found.found
        assert bob.path is None
        assert "hidden folder" in bob.remarks[0]
        assert cyd.remarks == ()
        assert {left.name for left in found.aside} == {f".ada/{ASSIGNMENT}/{NAME}", ".hidden.ipynb"}
        assert all("hidden" in left.reason for left in found.aside)


def test_a_copy_of_the_release_is_nobodys_name(tmp_path: Path) -> None:
    names = ["ada", "Copy of bob", "benchmarking_dev", "benchmarking_dev (1)", "Copy of benchmarking_dev"]
    found = {
        entry.student: entry
        for entry in find_submissions(written({f"{name}.ipynb": NOTEBOOK for name in names}, tmp_path / "class"))
    }
    assert sorted(found) == ["Copy of benchmarking_dev", "ada", "benchmarking_dev", "benchmarking_dev (1)", "bob"]
    for student, entry in found.items():
        assert entry.attention == ("benchmarking_dev" in student)
        assert ("names nobody" in " ".join(entry.remarks)) == entry.attention


class Named(zipfile.ZipInfo):
    """A member whose name is written as these bytes, with this flag."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes, flag: int) -> None:
        super().__init__("x")
        self.raw = (raw, flag)

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - zipfile's own
        return self.raw


@pytest.mark.parametrize(
    "names", [["benchmarking_dev (1)", "Copy of benchmarking_dev"], ["benchmarking_dev-Copy1", "ada"]]
)
def test_copies_without_an_original_are_nobodys_either(tmp_path, names):
    """Two copies of the notebook were the students "(1)" and "Copy of", without a remark."""
    for name in names:
        (tmp_path / f"{name}.ipynb").write_bytes(NOTEBOOK)
    found = {each.student: each for each in collect(tmp_path).found}
    assert sorted(found) == sorted(names)
    for name, each in found.items():
        assert each.attention == ("benchmarking" in name)
        assert bool(each.remarks) == each.attention


def test_names_without_the_flag_are_utf_8_first(tmp_path: Path) -> None:
    """Windows' and macOS' own packers write UTF-8 and do not say so; old ones write cp437."""
    for name, encoding, flag, student in (
        ("Zoë Ångström", "utf-8", 0, "Zoë Ångström_5"),
        ("Zoë Ångström", "utf-8", 0x800, "Zoë Ångström_5"),
        ("Zoë", "cp437", 0, "Zoë_5"),
        ("李小龙", "utf-8", 0, "李小龙_5"),
    ):
        with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
            archive.writestr(Named(f"{name}_5_assignsubmission_file_x.ipynb".encode(encoding), flag), NOTEBOOK)
        (found,) = find_submissions(tmp_path / "class.zip")
        assert found.student == student


def test_damage_in_one_students_archive_is_theirs(tmp_path: Path) -> None:
    """Whatever bytes: headers, names, offsets. The class goes on."""
    whole = bytearray(zipped({"Zoë.ipynb": NOTEBOOK, "b.ipynb": NOTEBOOK}))
    for at, value in itertools.product(range(0, len(whole), 3), (0x00, 0xFF, 0x80)):
        torn = bytearray(whole)
        torn[at] = value
        tree = {"ada_1_2_x.ipynb": NOTEBOOK, "bob_3_4_x.zip": bytes(torn)}
        place = tmp_path / "class.zip"
        with zipfile.ZipFile(place, "w") as archive:
            for name, data in tree.items():
                archive.writestr(name, data)
        found = find_submissions(place)
        assert [entry.student for entry in found] == ["ada_1", "bob_3"], at


def test_the_copy_that_holds_answers_counts(tmp_path: Path) -> None:
    """An untouched original beside the renamed copy with the work; both untouched; both with work."""
    untouched = (mini.made() / mini.NOTEBOOK).read_bytes()
    solved = json.dumps(mini.solved()).encode()

    def read(tree: Tree, name: str) -> tuple[Found, Submission]:
        (found,) = find_submissions(written({"submitted": {"ada": {ASSIGNMENT: tree}}}, tmp_path / name))
        return found, read_found(found, mini.layout())

    found, submission = read({NAME: untouched, "my work.ipynb": solved}, "renamed")
    assert submission.answers.keys() == {"middle", "Clock", "spread"}
    assert submission.path.name == "my work.ipynb"
    said = f"{NAME!r} holds no answer, so 'my work.ipynb' was graded, which holds some."
    assert said in submission.remarks
    found, submission = read({NAME: untouched, "b.ipynb": untouched}, "untouched")
    assert submission.path.name == NAME
    assert not submission.holds_answers
    found, submission = read({NAME: b"{", "b.ipynb": solved}, "damaged")
    assert submission.path.name == "b.ipynb"
    found, submission = read({NAME: solved, "b.ipynb": solved}, "twice")
    assert submission.path.name == NAME
    assert found.remarks == (f"The folder holds 2 notebooks; {NAME!r} was graded.",)


names = st.sampled_from(
    ["submitted", ASSIGNMENT, "release", "source", "ada", "bench-ada", "ada_1_2_x",
     "x_ada_attempt_2099-01-01-00-00-00_y", "submission_1", "ada_1_assignsubmission_file_",
     "work", "a b", ".git", ".secret", "Ä", "benchmarking_dev", "x (1)"]
)  # fmt: skip
files = st.builds(lambda name, ending: name + ending, names, st.sampled_from([".ipynb", ".IPYNB", ".txt", ".zip"]))
trees = st.recursive(
    st.dictionaries(files, st.just(NOTEBOOK), max_size=3),
    lambda inner: st.dictionaries(names | st.just("more.zip"), inner, max_size=3).flatmap(
        lambda folders: st.dictionaries(files.filter(lambda name: not name.endswith(".zip")), st.just(NOTEBOOK)).map(
            lambda more: {**folders, **more}
        )
    ),
    max_leaves=5,
)
people = st.lists(st.sampled_from(["ada", "bob", "cyd", "dan", "eve"]), min_size=3, max_size=4, unique=True)


def own(platform: str, who: str, number: int, tree: Tree) -> tuple[str, "bytes | Tree", str]:
    """Return the name, the content and the student of one hand-in."""
    name, student = PLATFORMS[platform](who, str(number))
    return name, tree if flat(tree) else {"notes.txt": b""}, student


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(who=people, platform=st.sampled_from(sorted(PLATFORMS)), inside=st.lists(trees, min_size=4, max_size=4),
       packed=st.booleans(), around=st.booleans())  # fmt: skip
def test_every_file_has_one_owner_and_one_more_student_changes_none(
    who: list[str],
    platform: str,
    inside: list[Tree],
    packed: bool,
    around: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    hand_ins = [own(platform, name, number, inside[number]) for number, name in enumerate(who)]
    folder = tmp_path_factory.mktemp("law")

    def owners(count: int) -> dict[str, str]:
        tree: Tree = {name: content for name, content, _ in hand_ins[:count]}
        place = written({"class": tree} if around else tree, folder / f"{count}{'.zip' if packed else ''}")
        try:
            found = collect(place)
        except FileNotFoundError:
            assume(False)
        whose: dict[str, str] = {}
        for student, entries in found.owned.items():
            for entry in entries:
                if entry.is_notebook or entry.reason:
                    assert "/".join(entry.parts) not in whose, "one owner"
                    whose["/".join(entry.parts)] = student
        for left in found.aside:
            if left.matters:
                assert left.name not in whose
                whose[left.name] = ""
        assert {entry.student for entry in found.found} <= {student for *_, student in hand_ins[:count]}
        for path, student in whose.items():
            (mine,) = [s for name, _, s in hand_ins[:count] if path.split("/")[around] == name]
            assert student in (mine, ""), path
        for path in every_notebook(tree, "class/" if around else ""):
            above = [str(folder) for folder in PurePosixPath(path).parents if folder.suffix == ".zip"]
            assert whose.keys() & {path, *above}, "said of the file, or of the archive that was not opened"
        return whose

    before, after = owners(len(hand_ins) - 1), owners(len(hand_ins))
    assert before.items() <= after.items()


def every_notebook(tree: Tree, above: str, depth: int = 0) -> set[str]:
    """Every notebook of a tree that is not a tool's, by path; of archives two deep, as far as they are opened."""
    found: set[str] = set()
    for name, inside in tree.items():
        if name == ".git":
            continue
        if not isinstance(inside, bytes):
            if not name.endswith(".zip") or depth == 0:
                found |= every_notebook(inside, f"{above}{name}/", depth + name.endswith(".zip"))
        elif name.lower().endswith(".ipynb"):
            found.add(above + name)
    return found
