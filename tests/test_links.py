"""The addresses a student clicks: their forms, and the setting they come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.hand_in import HandIn
from autograder.links import Links, read_links

ROOT = Path(__file__).parent.parent


def test_every_address_of_a_repository() -> None:
    """The forms are those that Binder, Colab and GitHub document; a wrong one sends a whole class to a 404."""
    links = Links("course-org/benchmarking_2027", "v1.0")
    repository = "course-org/benchmarking_2027"
    assert links.binder == f"https://mybinder.org/v2/gh/{repository}/v1.0?urlpath=lab/tree/benchmarking_dev.ipynb"
    assert links.colab == f"https://colab.research.google.com/github/{repository}/blob/v1.0/benchmarking_dev.ipynb"
    assert links.download_notebook == f"https://raw.githubusercontent.com/{repository}/v1.0/benchmarking_dev.ipynb"
    assert links.download_archive == f"https://github.com/{repository}/archive/v1.0.zip"
    assert links.source == f"https://github.com/{repository}/tree/v1.0"
    assert links.lite == "https://course-org.github.io/benchmarking_2027/lite/"


def test_a_branch_with_a_slash_is_one_word_for_binder_only() -> None:
    links = Links("org/name", "term/autumn")
    assert "/gh/org/name/term%2Fautumn?urlpath=" in links.binder
    assert "/blob/term/autumn/" in links.colab


def test_on_another_host_the_repository_is_there() -> None:
    links = Links("org/name", "main", "https://git.example.edu")
    assert links.download_archive == "https://git.example.edu/org/name/archive/main.zip"
    assert links.download_notebook == "https://git.example.edu/org/name/raw/main/benchmarking_dev.ipynb"
    assert links.clone == "https://git.example.edu/org/name.git"


@pytest.mark.parametrize("host", ["", "github.com", "https://github.com/", "ftp://x.org", 'https://x.org"; import os'])
def test_a_host_of_another_form_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="an address without a path"):
        Links("org/name", "main", host)


def test_a_site_repository_is_served_at_the_root_of_its_host() -> None:
    assert Links("Org/org.github.io").pages == "https://org.github.io/"


@pytest.mark.parametrize(
    "repository", ["", "name", "org/name/more", "org/na me", "https://github.com/org/name", "-org/name", "org/.."]
)
def test_a_repository_of_another_form_is_refused(repository: str) -> None:
    with pytest.raises(ValueError, match="ORG/NAME"):
        Links(repository)


@pytest.mark.parametrize("ref", ["", "a b", "../main", "main?x=1", "-main", "a//b", "main/"])
def test_a_ref_of_another_form_is_refused(ref: str) -> None:
    with pytest.raises(ValueError, match="a branch, a tag or a commit"):
        Links("org/name", ref)


def test_the_environment_goes_before_the_setting() -> None:
    assert read_links(ROOT, {}).ref == "main"
    assert read_links(ROOT, {"COURSE_REPOSITORY": "org/name", "COURSE_REF": ""}) == Links("org/name", "main")
    assert read_links(ROOT, {"COURSE_REPOSITORY": "", "COURSE_REF": "term"}).ref == "term"


def test_a_project_without_the_setting_is_told_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    with pytest.raises(ValueError, match=r"tool\.tinytorch\.course"):
        read_links(tmp_path, {})


def test_the_book_says_how_its_course_takes_work_in() -> None:
    steps = Links("o/n", hand_in=HandIn("https://hand-in.example.edu", name="ML")).hand_in_steps
    assert steps.startswith("**ML.**\n\n1. Save the notebook")
    assert "[the course's page](https://hand-in.example.edu/)" in steps
    assert "where your course says" in Links("o/n").hand_in_steps
