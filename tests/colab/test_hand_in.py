"""Handing in from an imitated Colab: the published notebook alone, its first cell fetches the package."""

import json
import time
from pathlib import Path

import pytest

from autograder.hand_in import HandIn
from autograder.links import Links
from autograder.publishing.publish import publish
from tests import serving
from tests.kernels import kernel, with_source
from tests.mailbox_reference import mailbox
from tests.publications import archive, notebook, published, served

pytestmark = pytest.mark.filterwarnings("default")  # of Jupyter's own machinery


GRADED_IN_S = 300


def test_from_publishing_to_the_sheet(without_ours, tmp_path):
    """Publish with an address, open, solve, hand in, receipt, graded, feedback in the notebook, sheet."""
    with served() as (host, pages, _), serving.served(tmp_path / "course", "--due", "2099-12-20T23:00+01:00") as course:
        links = Links(
            "course-org/benchmarking", "main", host, HandIn(course.address, "2099-12-20T23:00+01:00", "ML Systems")
        )
        folder = tmp_path / "published"
        publish(folder, links)
        pages[f"/{links.repository}/archive/{links.ref}.zip"] = archive(folder, links)
        page = tmp_path / "page.json"
        page.write_bytes(with_source(notebook(folder, solved=True), "question_worth", "Mehr als 1 %: 值得."))
        cells = [
            "".join(cell["source"]) for cell in json.loads(page.read_bytes())["cells"] if cell["cell_type"] == "code"
        ]
        content = tmp_path / "content"
        content.mkdir()
        environ = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "IPYTHONDIR": str(tmp_path / "ipython")}
        with kernel(str(without_ours), content, [], colab=page, **environ) as person:
            assert "installing http://127.0.0.1:" in person.run(cells[0])["printed"]
            shown = person.run(cells[-1], course.code.lower())
            assert shown["error"] == "", shown["traceback"]
            assert person.asked[-1][1], "the code is typed in hiding"
            assert "41 of 41 answers are in it" in shown["printed"]
            [kept] = content.glob("receipt-*.json")
            number = kept.stem.removeprefix("receipt-")
            assert number in shown["html"]
            assert "The signature holds." in course.autograder("receipt", str(kept), "--course", str(course.folder))
            end = time.monotonic() + GRADED_IN_S
            while (earned := serving.points((shown := person.run("tinytorch.feedback()"))["text"])) is None:
                assert time.monotonic() < end, shown["text"]
                time.sleep(1)
            assert earned == 85
            assert "of 85 automatic points" in shown["html"]
        held = course.folder / "submitted/ada/13_benchmarking/benchmarking_dev.ipynb"
        assert json.loads(held.read_bytes()) == json.loads(page.read_bytes())
        for kind in ("canvas", "moodle"):
            sheet = Path(course.autograder("export", "--to", kind, "--course", str(course.folder)).splitlines()[0])
            text = sheet.read_text(encoding="utf-8-sig")
            assert "ada" in text
            assert "85" in text


def test_a_refusal_is_one_sentence_in_its_old_ipython_too(without_ours, tmp_path):
    with mailbox() as box:
        page = tmp_path / "page.json"
        environ = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "IPYTHONDIR": str(tmp_path / "ipython")}
        page.write_bytes(notebook(published(), solved=False))
        with kernel(str(without_ours), tmp_path, [published()], colab=page, **environ) as person:
            shown = person.run(f"import tinytorch\ntinytorch.submit(address={box.address!r})", "WRONGCODE123")
    assert shown["traceback"] == "This code is not known or was used; ask your course for a new one"
    assert box.handed_in == []
