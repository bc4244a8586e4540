"""The students' repository: what is in it, that the same gives the same, and what publishing refuses to touch."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import cli
from autograder.hand_in import HandIn
from autograder.links import Links, read_links
from autograder.publishing import contents
from autograder.publishing.contents import PublishError
from autograder.publishing.folder import RECORD, Target
from autograder.publishing.publish import publish
from tests.publications import LINKS, copy, files, published
from tinytorch.checking import hand_in as student_side
from tinytorch.export import read_lesson
from tinytorch.handing_in.address import normal

ROOT = Path(__file__).parents[1]
RELEASE = ROOT / "modules/release/13_benchmarking/benchmarking_dev.ipynb"


def test_everything_that_students_need_is_there_and_nothing_else():
    names = set(files(published()))
    support = {name for name in names if name.startswith("tinytorch/")}
    assert names - support == {
        ".gitignore", RECORD, "LICENSE", "README.md", "benchmarking_dev.ipynb", "pyproject.toml",
        "binder/postBuild", "binder/requirements.txt", "binder/runtime.txt",
    }  # fmt: skip
    tracked = subprocess.run(["git", "ls-files", "tinytorch"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode == 0 and tracked.stdout:
        reference = {name for name in tracked.stdout.split() if name.startswith("tinytorch/benchmarking/")}
        there = {name for name in tracked.stdout.split() if (ROOT / name).is_file()}
        assert there - reference <= support
    assert {name for name in support if name.startswith("tinytorch/benchmarking/")} == {
        "tinytorch/benchmarking/__init__.py"
    }
    assert not [name for name in names if "__pycache__" in name or "autograder" in name or name.endswith(".pyc")]
    assert os.access(published() / "binder/postBuild", os.X_OK)


def test_the_notebook_is_the_release_with_the_addresses_of_package_and_book():
    """The package's in its first code cell, the book's in the links of its texts; all else is as it was released."""
    released, given = read_lesson(RELEASE), read_lesson(published() / "benchmarking_dev.ipynb")
    differing = [(old, new) for old, new in zip(released, given, strict=True) if old != new]
    texts = [(old, new) for old, new in differing if old.kind == "markdown"]
    ours = read_links(ROOT, {}).pages
    assert texts
    for old, new in texts:
        assert replace(old, source=old.source.replace(f"]({ours}", f"]({LINKS.pages}")) == new
    [(old, new)] = [pair for pair in differing if pair not in texts]
    assert old == next(cell for cell in released if cell.kind == "code")
    changed = set(new.source.split("\n")) - set(old.source.split("\n"))
    assert changed == {'COURSE = "https://github.com/course-org/benchmarking/archive/main.zip"'}
    assert (old.id, old.metadata, len(old.source.split("\n"))) == (new.id, new.metadata, len(new.source.split("\n")))


MAILBOX = HandIn("https://hand-in.example.edu/ml/", "2026-12-20T23:00+01:00", "Messung von ML-Systemen & mehr, 测量")


def test_address_deadline_and_steps_are_in_readme_notebook_and_package(tmp_path):
    publish(tmp_path, replace(LINKS, hand_in=MAILBOX))
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    [cell] = [cell for cell in read_lesson(tmp_path / "benchmarking_dev.ipynb") if cell.source.startswith("# Hand in")]
    for text in (readme, cell.source):
        assert (
            "**Messung von ML-Systemen & mehr, 测量.** Deadline: **Sunday 20 December 2026, 23:00 (UTC+01:00)**."
            in text
        )
        assert "`tinytorch.submit()`" in text
        assert "(https://hand-in.example.edu/ml/)" in text
    last = read_lesson(tmp_path / "benchmarking_dev.ipynb")[-1]
    assert (last.kind, last.source.split("\n")[-1]) == ("code", "tinytorch.submit()")
    held = json.loads((tmp_path / "tinytorch/course/hand_in.json").read_text(encoding="utf-8"))
    theirs = student_side.HandIn(**held)
    assert normal(theirs.address) == theirs.address == "https://hand-in.example.edu/ml"
    assert student_side.moment(theirs.due) == MAILBOX.by
    again = publish(tmp_path, replace(LINKS, hand_in=MAILBOX))
    assert (again.wrote, again.removed) == ((), ())
    assert publish(tmp_path, LINKS).removed == ("tinytorch/course/hand_in.json",)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"address": "http://hand-in.example.edu"}, "over http everybody"),
        ({"address": "hand-in.example.edu"}, "is https://, a host"),
        ({"address": "https://me:secret@example.edu"}, "is https://, a host"),
        ({"due": "2026-12-20 23:00"}, "has its offset from UTC"),
        ({"due": "next week"}, "has its offset from UTC"),
        ({"name": "<script>alert(1)</script>"}, "one line without"),
        ({"name": "[x](https://elsewhere.example)"}, "one line without"),
        ({"where": "Moodle\nweek 7"}, "one line without"),
    ],
)
def test_what_students_could_not_use_is_refused_before_it_is_published(words, said):
    with pytest.raises(ValueError, match=said):
        HandIn(**words)


def test_without_a_mailbox_the_place_is_named(tmp_path):
    publish(tmp_path, replace(LINKS, hand_in=HandIn(where="Moodle, week 7", due="2026-12-20T22:00Z")))
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "Deadline: **Sunday 20 December 2026, 22:00 (UTC)**." in readme
    assert "that file alone, to Moodle, week 7." in readme


def test_the_setting_is_read_and_the_environment_goes_before_it(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.tinytorch.course]\nrepository = "o/n"\nhand_in = "https://a.example"\nname = "A"\n'
    )
    assert read_links(tmp_path, {"COURSE_NAME": "B", "COURSE_DUE": ""}).hand_in == HandIn("https://a.example", "", "B")


def test_a_lesson_whose_first_cell_takes_no_address_is_refused(tmp_path):
    document = json.loads(RELEASE.read_bytes())
    next(cell for cell in document["cells"] if cell["cell_type"] == "code")["source"] = ["import tinytorch\n"]
    path = tmp_path / "benchmarking_dev.ipynb"
    path.write_text(json.dumps(document))
    with pytest.raises(PublishError, match=r"first code cell of benchmarking_dev\.ipynb has no line"):
        contents.notebook(path, LINKS, LINKS.pages)


def test_the_project_is_ours_with_lower_bounds_only():
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (published() / "pyproject.toml").read_text()
    theirs = tomllib.loads(text)["project"]
    for key in ("name", "version", "description", "dependencies", "license", "license-files"):
        assert theirs[key] == ours[key], key
    assert theirs["scripts"] == {"tinytorch": "tinytorch.cli:main"}
    assert "optional-dependencies" not in theirs
    bounds = re.findall(r"(<=|>=|==|<|>|~=)\s*\d", " ".join([*theirs["dependencies"], theirs["requires-python"]]))
    assert set(bounds) == {">="}
    assert "nbgrader" not in text


def test_the_readme_leads_to_this_repository():
    text = (published() / "README.md").read_text(encoding="utf-8")
    links = set(re.findall(r"\]\((https?://[^)]+)\)", text))
    assert links == {LINKS.binder, LINKS.colab, LINKS.download_notebook, LINKS.download_archive}
    assert f"git clone --branch main {LINKS.clone}" in text
    for path in re.findall(r"\]\((?!http)([^)]+)\)", text):
        assert (published() / path).is_file(), path
    assert "tinytorch.check()" in text
    exercises = [cell for cell in read_lesson(RELEASE) if cell.kind == "code" and cell.nbgrader.get("solution")]
    assert f"in {len(exercises)} exercises" in text
    assert "$" not in text, "a word of the template was not filled in"


def test_another_host_has_no_buttons_that_cannot_work(tmp_path):
    links = Links("course-org/benchmarking", "term", "https://git.example.edu")
    publish(tmp_path, links)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "mybinder.org" not in text
    assert "colab.research.google.com/github" not in text
    assert "https://git.example.edu/course-org/benchmarking/archive/term.zip" in text
    first = next(cell for cell in read_lesson(tmp_path / "benchmarking_dev.ipynb") if cell.kind == "code")
    assert 'COURSE = "https://git.example.edu/course-org/benchmarking/archive/term.zip"' in first.source


def test_the_same_again_gives_the_same_bytes_and_changes_nothing(tmp_path):
    publish(tmp_path, LINKS)
    assert files(tmp_path) == files(published())
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    done = publish(tmp_path, LINKS)
    assert (done.wrote, done.removed) == ((), ())
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    (tmp_path / "README.md").unlink()
    (tmp_path / "binder/postBuild").chmod(0o644)
    assert publish(tmp_path, LINKS).wrote == ("README.md", "binder/postBuild")


def test_what_an_earlier_publication_left_goes_and_what_others_put_there_stays(tmp_path):
    earlier = {"old/gone.py": b"a = 1\n", "old/deep/gone.py": b"b = 1\n", "kept.py": b"c = 1\n"}
    Target.look(tmp_path, earlier).write()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text("[core]\n")
    (tmp_path / "old/mine.py").write_text("d = 1\n")
    later = {"kept.py": b"c = 2\n", "new/one.py": b"e = 1\n"}
    done = Target.look(tmp_path, later).write()
    assert (done.wrote, done.removed) == (("kept.py", "new/one.py"), ("old/deep/gone.py", "old/gone.py"))
    assert set(files(tmp_path)) == {RECORD, ".git/config", "old/mine.py", "kept.py", "new/one.py"}
    assert not (tmp_path / "old/deep").exists()


def test_a_fresh_clone_is_an_empty_folder(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/main\n")
    assert Target.look(tmp_path, {"a.py": b"1\n"}).write().wrote == ("a.py",)


def test_a_publication_that_was_ended_before_its_time_goes_on(tmp_path):
    """The record is written last: without it, only what would be written anyway may be there."""
    (tmp_path / "a.py").write_bytes(b"1\n")
    assert Target.look(tmp_path, {"a.py": b"1\n", "b.py": b"2\n"}).write().wrote == ("b.py",)


WANTED = {"a.py": b"1\n", "b/c.py": b"2\n"}


def not_ours(folder):
    (folder / "thesis.tex").write_text("x")


def changed_by_hand(folder):
    Target.look(folder, WANTED).write()
    (folder / "a.py").write_text("mine")


def stale_and_changed(folder):
    Target.look(folder, {**WANTED, "old.py": b"3\n"}).write()
    (folder / "old.py").write_text("mine")


def in_the_way(folder):
    Target.look(folder, {"a.py": b"1\n"}).write()
    (folder / "b").mkdir()
    (folder / "b/c.py").write_text("mine")


def a_link(folder):
    Target.look(folder, WANTED).write()
    (folder / "a.py").unlink()
    (folder / "a.py").symlink_to("/etc/hostname")


def a_linked_folder(folder):
    Target.look(folder, {"a.py": b"1\n"}).write()
    (folder / "b").symlink_to(folder.parent)


def a_damaged_record(folder):
    (folder / RECORD).write_text("[]")


def a_record_that_points_outside(folder):
    (folder / RECORD).write_text(json.dumps({"files": {"../victim.py": "0"}}))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (not_ours, "holds thesis.tex and is no earlier publication; name an empty folder"),
        (changed_by_hand, "a.py in .* is not as it was published"),
        (stale_and_changed, "old.py in .* is not as it was published"),
        (in_the_way, "b/c.py in .* is not as it was published"),
        (a_link, "a.py in .* is a link"),
        (a_linked_folder, "b in .* is a link"),
        (a_damaged_record, "is damaged; publish to an empty folder"),
        (a_record_that_points_outside, "names files outside its folder"),
    ],
)
def test_what_is_not_ours_is_not_touched(tmp_path, spoil, said):
    (tmp_path / "victim.py").write_text("x")
    folder = tmp_path / "students"
    folder.mkdir()
    spoil(folder)
    before = files(tmp_path)
    with pytest.raises(PublishError, match=said):
        Target.look(folder, WANTED)
    assert files(tmp_path) == before


def test_a_file_for_a_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(PublishError, match="is a file; name a folder"):
        Target.look(tmp_path / "file", WANTED)


def test_a_release_that_is_not_the_lessons_is_not_published(tmp_path):
    stale = tmp_path / "benchmarking_dev.ipynb"
    stale.write_text(RELEASE.read_text().replace("A benchmark that lies", "A benchmark"))
    with pytest.raises(PublishError, match="is not what the lesson gives; run `autograder release` first"):
        publish(tmp_path / "students", LINKS, released=stale)
    assert not (tmp_path / "students").exists()


def test_the_command_writes_says_what_it_did_and_refuses_in_one_sentence(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("COURSE_REPOSITORY", raising=False)
    monkeypatch.delenv("COURSE_REF", raising=False)
    default = read_links(ROOT)
    assert cli.main(["publish", "--to", str(tmp_path / "students")]) == 0
    out = capsys.readouterr().out
    assert "wrote benchmarking_dev.ipynb\n" in out
    assert f"files for {default.repository} at {default.ref}, nothing secret found in them" in out
    assert default.colab in (tmp_path / "students/README.md").read_text(encoding="utf-8")
    (tmp_path / "students/notes.txt").write_text("mine")
    (tmp_path / "students" / RECORD).unlink()
    assert cli.main(["publish", "--to", str(tmp_path / "students")]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "no earlier publication" in error
    assert cli.main(["publish", "--to", str(tmp_path / "other"), "--repo", "nonsense"]) == 1
    assert "the repository is written ORG/NAME, got 'nonsense'" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()


def test_the_empty_package_says_how_to_fill_it(tmp_path):
    """As a library, from `tinytorch compare`, and from `tinytorch perf`; and `tinytorch export` may write over it."""
    clone = copy(tmp_path / "clone")
    way_out = "tinytorch.benchmarking is empty: `tinytorch export benchmarking_dev.ipynb` fills it from your notebook"

    def run(*words):
        return subprocess.run([sys.executable, "-P", *words], cwd=clone, capture_output=True, text=True, check=False,
                              env={**os.environ, "PYTHONPATH": str(clone)})  # fmt: skip

    done = run("-c", "import tinytorch.benchmarking as b; print(b.__file__); from tinytorch.benchmarking import Run")
    assert done.stdout.startswith(str(clone))
    assert done.stderr.strip().endswith(f"ImportError: {way_out}")
    done = run("-c", "from tinytorch.commands import sessions; sessions.compare_results(None, None, 0.05)")
    assert done.stderr.strip().endswith(f"ImportError: {way_out}")
    (clone / "a.json").write_text("{}")
    for words in (["perf", "tinytorch.models:digits_mlp"], ["compare", "a.json", "a.json"]):
        done = run("-m", "tinytorch.cli", *words)
        assert (done.returncode, done.stderr) == (2, f"tinytorch: {way_out}\n")
    done = run("-m", "tinytorch.cli", "export")
    assert done.returncode == 0, done.stderr
    assert "wrote benchmarking/stats.py" in done.stdout
    done = run("-m", "tinytorch.cli", "perf", "tinytorch.models:digits_mlp", "--rounds", "6", "--quiet")
    assert done.returncode == 2
    assert done.stderr.endswith("then run `tinytorch export benchmarking_dev.ipynb`\n")
    assert " is still to be written: solve its exercise" in done.stderr
    shutil.rmtree(clone / "tinytorch/benchmarking")
    done = run("-m", "tinytorch.cli", "compare", "a.json", "a.json")
    assert "there is no tinytorch.benchmarking: run `tinytorch export" in done.stderr
