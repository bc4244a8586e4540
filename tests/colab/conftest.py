"""A fresh environment with the versions that Colab had in August 2026, and a kernel of it to run notebooks in."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# Colab's backend-info of 2026-08-19; what a notebook of ours meets there. Colab ran Python 3.13.15.
VERSIONS = {
    "numpy": "2.1.3",
    "scipy": "1.16.3",
    "matplotlib": "3.10.0",
    "pandas": "2.2.3",
    "ipython": "7.34.0",
    "ipykernel": "6.17.1",
    "traitlets": "5.7.1",
    "tornado": "6.5.7",
    "nbformat": "5.11.1",
}
ALSO = ["jinja2", "tqdm", "setuptools"]  # of whatever version
PYTHONS = ("3.13", "3.12", "3.11")


def interpreter():
    """The Python to imitate Colab with: COLAB_PYTHON, else the newest of 3.13, 3.12 and 3.11 that is here."""
    if chosen := os.environ.get("COLAB_PYTHON"):
        return chosen
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for version in PYTHONS:
        for path in (shutil.which(f"python{version}"), *sorted(pyenv.glob(f"versions/{version}.*/bin/python"))):
            words = [str(path), "-c", "import ensurepip"]  # a name of pyenv's may stand for nothing
            if path and subprocess.run(words, capture_output=True, check=False).returncode == 0:
                return str(path)
    return sys.executable


def pytest_report_header():
    """Say which Python this run imitates Colab with."""
    done = subprocess.run([interpreter(), "--version"], capture_output=True, text=True, check=True)
    return f"Colab is imitated on {done.stdout.strip()}"


@pytest.fixture(scope="session")
def colab(tmp_path_factory):
    """The Python of the fresh environment."""
    folder = tmp_path_factory.mktemp("colab") / "venv"
    subprocess.run([interpreter(), "-m", "venv", str(folder)], check=True)
    python = folder / "bin/python"
    wanted = [f"{name}=={version}" for name, version in VERSIONS.items()]
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted, *ALSO]
    subprocess.run(command, check=True)
    return python


@pytest.fixture
def installed(colab):
    """A function that says what is installed: {name: version or address}."""

    def names():
        done = subprocess.run(
            [str(colab), "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"],
            check=True,
            capture_output=True,
            text=True,
        )
        return {each["name"].lower(): each["version"] for each in json.loads(done.stdout)}

    return names


@pytest.fixture
def without_ours(colab, installed):
    """The environment as Colab gives it: nothing of ours in it."""
    if "tinytorch-benchmarking" in installed():
        command = [str(colab), "-m", "pip", "uninstall", "--quiet", "--yes", "tinytorch-benchmarking"]
        subprocess.run(command, check=True)
    return colab


@pytest.fixture
def kernel(colab, tmp_path, monkeypatch):
    """The name of a kernel that is the environment's."""
    folder = tmp_path / "jupyter/kernels/colab"
    folder.mkdir(parents=True)
    words = [str(colab), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (folder / "kernel.json").write_text(json.dumps({"argv": words, "display_name": "Colab", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    return "colab"
