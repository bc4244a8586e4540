"""The site that `make lite` builds: nothing secret in it, the notebook at once, and only Pyodide from elsewhere."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import urlsplit

import pytest

from autograder.links import NOTEBOOK
from autograder.publishing.leaks import Secrets
from autograder.reading.lesson import load_lesson
from autograder.reading.places import ANSWERS, LESSON, RELEASE, ROOT, SUITES
from tests import publications
from tests.book.browser import PHONE, WIDE
from tests.lite.lab import Lab


def test_no_solution_hidden_test_or_expected_value_is_in_what_the_site_holds(default_site):
    """The files of JupyterLite itself are left out: they are the same on every site."""
    ours = [
        path
        for path in default_site.rglob("*")
        if path.is_file() and path.relative_to(default_site).parts[0] not in ("build", "doc", "extensions", "lab")
    ]
    files = {path.relative_to(default_site).as_posix(): path.read_bytes() for path in ours}
    assert {f"files/{NOTEBOOK}", "index.html", "pypi/all.json"} <= files.keys()
    secrets = Secrets.of(load_lesson(LESSON), load_lesson(RELEASE), SUITES, ANSWERS, ROOT)
    assert [str(leak) for leak in secrets.find(files)] == []


def test_the_index_offers_the_students_package_and_nothing_of_the_reference(default_site):
    wheels = {path.name.split("-")[0]: path for path in (default_site / "pypi").glob("*.whl")}
    assert set(wheels) == {"tinytorch_benchmarking", "comm"}
    with zipfile.ZipFile(io.BytesIO(wheels["tinytorch_benchmarking"].read_bytes())) as archive:
        names = archive.namelist()
        assert [name for name in names if "tinytorch/benchmarking/" in name] == ["tinytorch/benchmarking/__init__.py"]
        empty = archive.read("tinytorch/benchmarking/__init__.py").decode()
    assert "still empty" in empty
    published = (publications.published() / NOTEBOOK).read_bytes()
    assert (default_site / "files" / NOTEBOOK).read_bytes() == published


@pytest.mark.parametrize(("width", "app"), [(WIDE, "lab"), (PHONE, "notebooks")])
def test_the_first_page_opens_the_notebook_and_asks_only_pyodides_cdn_for_more(
    default_site, serve, tmp_path, width, app
):
    """The book's link leads to this page. A phone has no room for panels, so it gets the notebook alone."""
    address, _ = serve(default_site)
    lab = Lab(tmp_path / "net.json")
    try:
        lab.browser.look(width)
        lab.browser.open(f"{address}/")
        shown = "return document.querySelector('.jp-Notebook h1')?.textContent ?? ''"
        lab.wait(lambda: "Module 13: Benchmarking" in lab.browser.run(shown), 120, "show the lesson's title")
        assert urlsplit(lab.browser.driver.current_url).path.startswith(f"/{app}/")
        lab.browser.driver.execute_async_script("setTimeout(arguments[0], 5000)")  # the kernel starts by itself
    finally:
        outside = lab.close()
    assert {urlsplit(url).hostname for url in outside} == {"cdn.jsdelivr.net"}
    assert {urlsplit(url).path.split("/")[1] for url in outside} == {"pyodide"}
