"""Nothing of a solution, a hidden test or an expected value is published, as files or as the wheel that pip makes.

Looked for twice: by the check that publishing makes, into which leaks of every kind are planted, and here by other
means, straight from the files of this checkout.
"""

import ast
import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from autograder.proving.on_file import read_answers
from autograder.publishing import publish as publishing
from autograder.publishing.contents import PublishError, contents
from autograder.publishing.leaks import Secrets, is_telling
from autograder.publishing.publish import publish
from autograder.reading.lesson import load_lesson
from tests.publications import LINKS, files, published, wheel

ROOT = Path(__file__).parents[1]
LESSON = ROOT / "modules/source/13_benchmarking/benchmarking_dev.py"
RELEASE = ROOT / "modules/release/13_benchmarking/benchmarking_dev.ipynb"
SUITES = sorted((LESSON.parent / "suites").glob("*.py"))
ANSWERS = LESSON.parent / "answers"


def in_wheel():
    with zipfile.ZipFile(wheel()) as file:
        return {name: file.read(name) for name in file.namelist()}


def texts():
    """Every published file and every member of the wheel as text; archives opened, JSON decoded."""
    found = {}
    for name, data in (*files(published()).items(), *((f"wheel:{n}", d) for n, d in in_wheel().items())):
        if name.endswith(".npz"):
            with zipfile.ZipFile(io.BytesIO(data)) as arrays:
                data = b"".join(arrays.read(member) for member in arrays.namelist())
        found[name] = data.decode("utf-8", "replace")
        if name.endswith((".ipynb", ".json")):
            found[f"{name} decoded"] = json.dumps(json.loads(data), ensure_ascii=False).replace("\\n", "\n")
    return found


@pytest.fixture(scope="module")
def everything():
    return "\n".join(texts().values())


@pytest.fixture(scope="module")
def shown():
    return "\n".join("".join(cell["source"]) for cell in json.loads(RELEASE.read_bytes())["cells"])


@pytest.fixture(scope="module")
def secrets():
    return Secrets.of(load_lesson(LESSON), load_lesson(RELEASE), SUITES[0].parent, ANSWERS, ROOT)


def test_the_check_finds_nothing_in_what_is_published(secrets):
    assert [str(leak) for leak in secrets.find(files(published()))] == []
    assert [str(leak) for leak in secrets.find(in_wheel())] == []


def test_no_solution_line_is_published(everything, shown):
    """Straight from the lesson's text: whatever stands between its markers and not in the released notebook."""
    solutions = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", LESSON.read_text(encoding="utf-8"), re.DOTALL)
    lines = {line.strip().removeprefix("# ") for text in solutions for line in text.split("\n")}
    lines = {line for line in lines if len(line) > 20 and line not in shown and "import " not in line}
    assert len(lines) > 100
    assert [line for line in lines if line in everything] == []


def test_no_hidden_test_is_published(everything, shown):
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in SUITES]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    tests = [function.name for function in functions if function.name.startswith("test_")]
    assert len(tests) > 100
    assert [test for test in tests if test in everything] == []
    told = {str(node.value) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    told = {text for text in told if len(text) > 20 and not text.isdigit() and text not in shown}
    assert len(told) > 200
    assert [text for text in told if text in everything] == []


def test_no_wrong_answer_and_no_variant_is_published(everything, shown):
    lines = {line.strip() for path in ANSWERS.glob("*.py") for line in path.read_text(encoding="utf-8").split("\n")}
    lines = {line for line in lines if len(line) > 26 and line not in shown}
    assert len(lines) > 500
    idioms = {"array = np.asarray(values, dtype=np.float64)"}  # judged: it says nothing of an answer
    assert [line for line in lines - idioms if line in everything] == []


def test_no_number_that_only_a_suite_has_is_published(everything, shown):
    numbers = {
        repr(node.value)
        for path in SUITES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    }
    numbers = {number for number in numbers if len(number.replace(".", "").strip("0")) > 3 and "e" not in number}
    own = {number for number in numbers if not re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.])", shown)}
    assert own
    assert [number for number in own if re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.])", everything)] == []


def test_nothing_of_the_instructors_or_of_this_machine_is_published(everything):
    for words in ("modules/source", "modules/release", "autograder/", "# %% wrong:", "SOLUTION\n", str(ROOT)):
        assert words not in everything, words
    assert re.findall(r"/(?:home|root|Users|tmp)/[\w.-]+", everything) == []


def test_of_the_lessons_folder_only_the_notebook_is_published():
    own = {path.read_bytes() for path in LESSON.parent.rglob("*") if path.is_file() and path.stat().st_size}
    assert len(own) > 30
    assert not own & set(files(published()).values())
    assert sum(name.endswith(".ipynb") for name in files(published())) == 1


def test_the_wheel_is_the_package_and_nothing_else():
    members = {name for name in in_wheel() if ".dist-info/" not in name}
    assert members == {name for name in files(published()) if name.startswith("tinytorch/")}
    metadata = next(data.decode() for name, data in in_wheel().items() if name.endswith("/METADATA"))
    assert "Provides-Extra" not in metadata
    assert "Requires-Dist: nbgrader" not in metadata


def a_solution(long):
    lesson = load_lesson(LESSON)
    secrets = Secrets.of(lesson, load_lesson(RELEASE), SUITES[0].parent, ANSWERS, ROOT)
    lines = [line for line, what in secrets.lines.items() if "solution of" in what]
    return next(line for line in LESSON.read_text(encoding="utf-8").split("\n")
                if re.sub(r"\s", "", line) in lines and (len(line) > 60) is long)  # fmt: skip


def in_a_notebook(cell):
    cell = {"cell_type": "code", "source": [], "outputs": [], "metadata": {}, "execution_count": None} | cell
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


def zipped(text):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("inside.py", text)
    return packed.getvalue()


def a_number_of_a_suite():
    """A decimal that some suite has and the release does not."""
    numbers = [found for path in SUITES for found in re.findall(r"(?<![\w.])[1-9]\.\d{3}[1-9]\b", path.read_text())]
    return next(number for number in numbers if number not in RELEASE.read_text(encoding="utf-8"))


def a_line_of(text):
    lines = text.split("\n")[2:]
    return next(line for line in lines if is_telling(line) and line.strip() not in RELEASE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "plant"),
    [
        ("a.py", lambda: f"def f():\n{a_solution(False)}\n".encode()),
        ("a.py", lambda: f"  {a_solution(False).strip().replace(' ', '   ')}  # as it were".encode()),
        ("a.py", lambda: f"# {a_solution(True).strip()}".encode()),
        ("a.py", lambda: repr(a_solution(True)).encode()),
        ("a.md", lambda: f"do it so: `{a_solution(True).strip()}`, then".encode()),
        ("a.ipynb", lambda: in_a_notebook({"source": ["x = 1\n", a_solution(False)]})),
        ("a.ipynb", lambda: in_a_notebook({"metadata": {"answer": a_solution(False)}})),
        ("a.ipynb", lambda: in_a_notebook({"outputs": [{"output_type": "stream", "text": [a_solution(False)]}]})),
        ("a.json", lambda: json.dumps({a_solution(False): 1}).encode()),
        ("a.zip", lambda: zipped(a_solution(False))),
        ("a.whl", lambda: zipped(zipped(a_solution(False)))),
        ("a.bin", lambda: b"\xff\xfe\x00" + a_solution(True).encode() + b"\x00"),
        ("a.py", lambda: a_line_of(SUITES[-1].read_text(encoding="utf-8")).encode()),
        ("a.py", lambda: a_line_of(read_answers(ANSWERS).wrong[-1].source).encode()),
        ("a.py", lambda: a_line_of(read_answers(ANSWERS).right[0].source).encode()),
        ("a.md", lambda: b"see test_gaps_are_exponential"),
        ("a.py", lambda: f"assert x == {a_number_of_a_suite()}".encode()),
        ("a.py", lambda: b'Path("modules/source/13_benchmarking")'),
        ("a.md", lambda: f"in {ROOT}/tests".encode()),
        ("a.py", lambda: b"### BEGIN SOLUTION"),
        ("a.md", lambda: b"The open loop's 90th percentile was many times the closed loop's (read the two numbers off "
                         b"the chart). The closed loop"),
    ],
)  # fmt: skip
def test_a_leak_of_any_kind_is_found(secrets, name, plant):
    assert secrets.find({name: plant()})


def test_what_every_student_sees_is_no_leak(secrets):
    assert secrets.find({"a.ipynb": RELEASE.read_bytes(), "b.py": b"import numpy as np\n\nreturn result\n"}) == []


def test_publishing_stops_at_a_leak_and_writes_nothing(tmp_path, monkeypatch):
    line = a_solution(True)

    def leaky(*arguments):
        return contents(*arguments) | {"tinytorch/help.py": line.encode()}

    monkeypatch.setattr(publishing, "contents", leaky)
    with pytest.raises(PublishError, match=r"because tinytorch/help\.py holds a line of the solution of"):
        publish(tmp_path / "students", LINKS)
    assert not (tmp_path / "students").exists()


def test_what_others_put_beside_a_publication_is_looked_at_too(tmp_path):
    publish(tmp_path, LINKS)
    (tmp_path / "hints.md").write_text(f"Try `{a_solution(True).strip()}`.")
    with pytest.raises(PublishError, match=r"hints\.md holds a line of the solution"):
        publish(tmp_path, LINKS)
