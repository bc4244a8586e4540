"""Where a student clicks: every outside address of the students' repository, from one setting. Knows no page.

The setting is `[tool.tinytorch.course]` in pyproject.toml; the environment's COURSE_REPOSITORY and COURSE_REF go before
it. The students' repository is what `autograder publish` writes: benchmarking_dev.ipynb, tinytorch/, binder/,
README.md and pyproject.toml at its root.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from autograder.hand_in import NOWHERE, HandIn, read_hand_in

NOTEBOOK = "benchmarking_dev.ipynb"
REPOSITORY_VARIABLE = "COURSE_REPOSITORY"
REF_VARIABLE = "COURSE_REF"
_REPOSITORY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?/[A-Za-z0-9._-]+")
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]*")
_HOST = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?")
GITHUB = "https://github.com"


@dataclass(frozen=True)
class Links:
    """The addresses of one students' repository on GitHub: `repository` is "ORG/NAME", `ref` a branch, tag or commit.

    `host` is another than GitHub for a GitHub Enterprise, which Binder and Colab cannot read. Raises ValueError where
    one of the three is not of its form, so that no address is ever half right. `hand_in` is where the work goes back.
    """

    repository: str
    ref: str = "main"
    host: str = GITHUB
    hand_in: HandIn = NOWHERE

    def __post_init__(self) -> None:
        if not _REPOSITORY.fullmatch(self.repository) or self.repository.endswith(("/.", "/..")):
            raise ValueError(
                f"the repository is written ORG/NAME, got {self.repository!r}; for example mlsysbook/TinyTorch"
            )
        if not _REF.fullmatch(self.ref) or ".." in self.ref or "//" in self.ref or self.ref.endswith(("/", ".")):
            raise ValueError(f"the ref is a branch, a tag or a commit, got {self.ref!r}; for example main")
        if not _HOST.fullmatch(self.host):
            raise ValueError(f"the host is an address without a path, got {self.host!r}; for example {GITHUB}")

    @property
    def owner(self) -> str:
        """The organisation or person the repository belongs to."""
        return self.repository.partition("/")[0]

    @property
    def name(self) -> str:
        """The repository's name without its owner."""
        return self.repository.partition("/")[2]

    @property
    def source(self) -> str:
        """The students' repository at this ref."""
        return f"{self.host}/{self.repository}/tree/{self.ref}"

    @property
    def hand_in_steps(self) -> str:
        """How students hand in, in Markdown."""
        return self.hand_in.steps

    @property
    def clone(self) -> str:
        """What `git clone` takes; the ref is not part of it."""
        return f"{self.host}/{self.repository}.git"

    @property
    def notebook(self) -> str:
        """The notebook as GitHub shows it."""
        return f"{self.host}/{self.repository}/blob/{self.ref}/{NOTEBOOK}"

    @property
    def binder(self) -> str:
        """JupyterLab on Binder with the notebook open; Binder wants a ref with a slash in it as one word."""
        return f"https://mybinder.org/v2/gh/{self.repository}/{quote(self.ref, safe='')}?urlpath=lab/tree/{NOTEBOOK}"

    @property
    def colab(self) -> str:
        """The notebook in Google Colab."""
        return f"https://colab.research.google.com/github/{self.repository}/blob/{self.ref}/{NOTEBOOK}"

    @property
    def download_notebook(self) -> str:
        """The notebook alone; its first cell fetches what it needs."""
        if self.host != GITHUB:
            return f"{self.host}/{self.repository}/raw/{self.ref}/{NOTEBOOK}"
        return f"https://raw.githubusercontent.com/{self.repository}/{self.ref}/{NOTEBOOK}"

    @property
    def download_archive(self) -> str:
        """The students' repository as a zip."""
        return f"{self.host}/{self.repository}/archive/{self.ref}.zip"

    @property
    def pages(self) -> str:
        """The site that GitHub Pages serves for the repository, with a slash at its end."""
        host = f"{self.owner.lower()}.github.io"
        return f"https://{host}/" if self.name.lower() == host else f"https://{host}/{self.name}/"

    @property
    def lite(self) -> str:
        """JupyterLite, in the folder `lite/` of the repository's site: its first page opens the notebook.

        On a phone it does so without the panels beside it, which `lab/` would show there too.
        """
        return f"{self.pages}lite/"


def read_links(root: Path, environ: Mapping[str, str] = os.environ) -> Links:
    """Return the links that `root`/pyproject.toml sets, or the environment, where an empty word counts as none.

    Raises ValueError where pyproject.toml names no repository and the environment neither.
    """
    with (root / "pyproject.toml").open("rb") as file:
        course = tomllib.load(file).get("tool", {}).get("tinytorch", {}).get("course", {})
    repository = environ.get(REPOSITORY_VARIABLE) or course.get("repository")
    if not repository:
        raise ValueError(
            f"no students' repository is set in {root / 'pyproject.toml'}; add [tool.tinytorch.course] "
            f'with repository = "ORG/NAME", or set {REPOSITORY_VARIABLE}'
        )
    ref = environ.get(REF_VARIABLE) or course.get("ref") or "main"
    return Links(repository, ref, hand_in=read_hand_in(root, environ))
