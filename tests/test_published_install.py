"""The published folder in an environment of its own: installed by pip, then the commands that its README names.

numpy and the like are lent by the environment of the tests; `make test-colab` installs everything anew.
"""

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.publications import notebook, published, wheel

SMALL = ["--rounds", "6", "--min-queries", "60", "--min-duration", "0.05", "--quiet"]


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """The scripts of a fresh environment that has the published wheel."""
    folder = tmp_path_factory.mktemp("newcomer") / "venv"
    venv.create(folder, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(folder / "bin/python")]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel())], check=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (site / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n")  # after pip, which would find ours there
    return folder / "bin"


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A student's folder with the solved notebook alone."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "benchmarking_dev.ipynb").write_bytes(notebook(published(), solved=True))
    return folder


def run(scripts, folder, *words):
    """Run a command with the environment's scripts first on PATH and nothing of this process's own settings."""
    environment = {"PATH": f"{scripts}:/usr/bin:/bin", "HOME": str(folder)}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300)


def test_the_readmes_commands_work_one_after_the_other(scripts, work):
    done = run(scripts, work, "python", "-c", "import tinytorch, numpy; print(tinytorch.__file__, numpy.__file__)")
    ours, lent = done.stdout.split()
    assert ours.startswith(str(scripts.parent))
    assert not lent.startswith(str(scripts.parent))

    words = ["tinytorch", "perf", "tinytorch.models:digits_mlp('vectorised')", *SMALL, "--html", "report.html"]
    done = run(scripts, work, *words)
    assert (done.returncode, done.stderr) == (2, done.stderr)
    assert "tinytorch.benchmarking is empty: `tinytorch export benchmarking_dev.ipynb` fills it" in done.stderr

    done = run(scripts, work, "tinytorch", "check", "--json")
    assert done.returncode == 0, done.stderr
    standing = json.loads(done.stdout)
    assert standing["points"] == standing["possible"] == 85

    done = run(scripts, work, "tinytorch", "export", "benchmarking_dev.ipynb")
    assert (done.returncode, done.stderr) == (0, "")
    assert "wrote benchmarking/stats.py" in done.stdout

    done = run(scripts, work, *words)
    assert done.returncode in (0, 1), done.stderr  # 1: so short a run may be INVALID, and says so
    assert "vectorised" in done.stdout
    assert (work / "report.html").stat().st_size > 10_000

    done = run(
        scripts, work, "python", "-c", "from tinytorch.benchmarking import percentile; print(percentile([1, 2], 0.5))"
    )
    assert done.stdout == "2.0\n"


def test_every_published_module_can_be_imported(scripts, tmp_path):
    """Whatever was kept out is needed by nothing that is there; adapters name the framework that they lack."""
    code = (
        "import importlib, pkgutil, tinytorch\n"
        "for found in pkgutil.walk_packages(tinytorch.__path__, 'tinytorch.'):\n"
        "    importlib.import_module(found.name)\n"
        "    print(found.name)\n"
    )
    done = run(scripts, tmp_path, "python", "-W", "error", "-c", code)
    assert done.stderr == ""
    assert {"tinytorch.cli", "tinytorch.peak", "tinytorch.pitfalls.series", "tinytorch.benchmarking"} <= set(
        done.stdout.split()
    )


@pytest.fixture
def clone(tmp_path):
    return shutil.copytree(published(), tmp_path / "clone")


def test_binders_last_step_passes_and_would_fail_where_a_session_would(scripts, clone):
    done = run(scripts, clone, "bash", "binder/postBuild")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (clone / "benchmarking_dev.ipynb").write_text("{}")
    assert run(scripts, clone, "bash", "binder/postBuild").returncode != 0


def test_binder_accepts_the_repository():
    """What repo2docker would build: Python 3.12, everything copied, our package installed from it, then postBuild."""
    words = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(published())]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "python=3.12" in done.stderr
    steps = done.stdout
    order = ["COPY --chown=0:0 src/ ${REPO_DIR}/", 'pip install --no-cache-dir -r "binder/requirements.txt"',
             "RUN chmod +x binder/postBuild", "RUN ./binder/postBuild"]  # fmt: skip
    places = [steps.find(step) for step in order]
    assert -1 not in places, steps
    assert places == sorted(places)
