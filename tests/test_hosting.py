"""The course that `autograder classroom` makes, how its JupyterLab is started, and the refusals; no browser here."""

import asyncio
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.books.handback import NbgraderError, nbgrader
from autograder.cli import main
from autograder.hosting.course import Course, course_at, environment, make_course
from autograder.hosting.lab import free_port, prepare, server
from tests import mini

RELEASE = Path("13_benchmarking", "benchmarking_dev.ipynb")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course of the mini lesson with its settings."""
    made = course_at(tmp_path_factory.mktemp("hosting") / "course", "ada")
    make_course(made, mini.made() / mini.NOTEBOOK)
    prepare(made)
    return made


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_the_release_and_nothing_else_is_handed_out(course: Course) -> None:
    released = (mini.made() / mini.NOTEBOOK).read_bytes()
    out = course.folder / "exchange" / "benchmarking" / "outbound"
    assert [path.relative_to(out) for path in out.rglob("*") if path.is_file()] == [RELEASE]
    assert {
        (folder / RELEASE).read_bytes() for folder in (out, course.folder / "release", course.folder / "source")
    } == {released}
    texts = [path.read_bytes() for path in course.folder.rglob("*") if path.is_file() and "support" not in path.parts]
    for answer in mini.ANSWERS.values():
        secret = answer.strip().splitlines()[-1].strip().encode()
        assert not any(secret in text for text in texts), secret


def test_notebooks_do_not_find_the_reference(course: Course) -> None:
    command, environ = server(course, 8888, browser=False)
    first = Path(environ["PYTHONPATH"].split(os.pathsep)[0])
    assert list((first / "tinytorch" / "benchmarking").iterdir()) == []
    assert (first / "tinytorch" / "models" / "trained.py").is_file()
    assert command[1:3] == ["-m", "jupyterlab"]
    settings = json.loads((course.settings / "jupyter_server_config.json").read_text())
    assert settings["ServerApp"]["ip"] == "127.0.0.1"
    assert settings["ServerApp"]["root_dir"] == str(course.folder)


def test_nothing_of_the_users_own_jupyter_reaches_the_course(course: Course) -> None:
    own = {"JUPYTER_CONFIG_DIR": "/home/x/.jupyter", "JUPYTERLAB_DIR": "/x", "IPYTHONDIR": "/x", "HOME": "/home/x"}
    environ = environment(course, own)
    assert environ["HOME"] == "/home/x"
    assert {name for name in environ if name.startswith(("JUPYTER", "IPYTHON"))} == {
        "JUPYTER_CONFIG_PATH",
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_DATA_DIR",
        "JUPYTER_RUNTIME_DIR",
        "IPYTHONDIR",
    }
    assert "/home/x/.jupyter" not in environ.values()


def test_formgraders_generate_leaves_the_release_as_it_is(course: Course) -> None:
    """Stock nbgrader clears every answer cell that has no solution markers: the signature and docstring with it."""
    before = json.loads((course.folder / "release" / RELEASE).read_bytes())
    nbgrader(course.folder, "generate_assignment", "13_benchmarking", "--force", environ=environment(course))
    assert json.loads((course.folder / "release" / RELEASE).read_bytes()) == before


def test_making_it_again_keeps_what_people_did(course: Course) -> None:
    config = course.folder / "nbgrader_config.py"
    config.write_text(config.read_text() + "# mine\n")
    (course.desk / "13_benchmarking").mkdir()
    (course.desk / RELEASE).write_text("my work")
    eve = course_at(course.folder, "eve")
    make_course(eve, mini.made() / mini.NOTEBOOK)
    assert config.read_text().endswith("# mine\n")
    assert (course.desk / RELEASE).read_text() == "my work"
    assert '"eve"' in (course.settings / "nbgrader_config.py").read_text()
    assert '"eve"' in (eve.desk / "nbgrader_config.py").read_text()


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(ValueError, match="holds something else; name a new folder"):
        course_at(tmp_path, "ada")
    with pytest.raises(ValueError, match="is a file"):
        course_at(tmp_path / "thesis.tex", "ada")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("name", ["", "a b", "a+b", "../x", "*", ".hidden", "a/b", 'a"b', "-x", "a{b}"])
def test_names_that_nbgrader_or_a_folder_cannot_have_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="a student's name here is letters, digits"):
        course_at(tmp_path / "new", name)


def test_a_taken_port_is_one_sentence_and_nothing_is_made(
    tmp_path: Path, taken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "course"
    assert main(["classroom", str(folder), "--port", str(taken)]) == 1
    assert capsys.readouterr().err == (
        f"autograder: port {taken} is taken or not allowed; pass another --port, or none to have one chosen\n"
    )
    assert not folder.exists()
    assert free_port() >= 8888


def test_without_a_release_it_says_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "x.ipynb"
    assert main(["classroom", str(tmp_path / "course"), "--release", str(missing)]) == 1
    assert "run `autograder release` first" in capsys.readouterr().err


def test_what_nbgrader_refuses_is_one_sentence(course: Course) -> None:
    with pytest.raises(NbgraderError) as caught:
        nbgrader(course.folder, "release_assignment", "nowhere", environ=environment(course))
    assert "Assignment not found" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_the_buttons_grade_this_assignment_only(tmp_path: Path) -> None:
    from autograder.hosting import buttons

    said = json.loads(asyncio.run(buttons.run("12_kernels", str(tmp_path), "grade", ".")))
    assert said["success"] is False
    assert "nbgrader autograde" in said["error"]
    said = json.loads(asyncio.run(buttons.run("13_benchmarking", str(tmp_path), "grade", ".")))
    assert said["success"] is False
    assert said["error"].startswith("autograder: no submissions in ")
