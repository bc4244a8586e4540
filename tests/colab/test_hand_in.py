"""Handing in from an imitated Colab: the published notebook alone, its first cell fetches the package."""

import json

import pytest

from autograder.hand_in import HandIn
from autograder.links import Links
from autograder.publishing.publish import publish
from tests.kernels import kernel, with_source
from tests.mailbox_reference import mailbox
from tests.publications import archive, notebook, published, served

pytestmark = pytest.mark.filterwarnings("default")  # of Jupyter's own machinery


def test_from_the_published_notebook_to_the_receipt_and_the_feedback(without_ours, tmp_path):
    with served() as (host, pages, _), mailbox() as box:
        links = Links(
            "course-org/benchmarking", "main", host, HandIn(box.address, "2026-12-20T23:00+01:00", "ML Systems")
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
            shown = person.run(cells[-1], "abcd-efgh-jklm")
            assert shown["error"] == "", shown["traceback"]
            assert person.asked[-1][1], "the code is typed in hiding"
            assert "41 of 41 answers are in it" in shown["printed"]
            assert "R-2026-000001" in shown["html"]
            [data] = box.files.values()
            assert json.loads(data) == json.loads(page.read_bytes())
            assert box.asked[0][2]["X-Client"] == "tinytorch/0.1.0 colab"
            box.pages["R-2026-000001"] = "<h1>Your feedback</h1>"
            shown = person.run("tinytorch.feedback()")
            assert "71.5 of 85 points." in shown["text"]
            assert "Your feedback" in shown["html"]


def test_a_refusal_is_one_sentence_in_its_old_ipython_too(without_ours, tmp_path):
    with mailbox() as box:
        page = tmp_path / "page.json"
        environ = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "IPYTHONDIR": str(tmp_path / "ipython")}
        page.write_bytes(notebook(published(), solved=False))
        with kernel(str(without_ours), tmp_path, [published()], colab=page, **environ) as person:
            shown = person.run(f"import tinytorch\ntinytorch.submit(address={box.address!r})", "WRONGCODE123")
    assert shown["traceback"] == "This code is not known or was used; ask your course for a new one"
    assert box.handed_in == []
