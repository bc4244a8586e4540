"""The five lines of the published README, in a fresh environment that installs everything from the package index."""

import re
import subprocess

from tests.colab.conftest import interpreter
from tests.publications import copy, notebook, published
from tinytorch.checking.outline import load_course


def test_the_readmes_lines_lead_to_a_report(tmp_path):
    clone = copy(tmp_path / "benchmarking")
    text = (clone / "README.md").read_text(encoding="utf-8")
    lines = re.search(r"```sh\n(git clone.*?)```", text, re.DOTALL)[1].strip().split("\n")
    make, install, opened = lines[2:]
    assert lines[1] == f"cd {clone.name}"
    assert opened == ".venv/bin/jupyter lab benchmarking_dev.ipynb"
    # JupyterLab is large and not ours: everything else of the line is run as it stands.
    for line in (make.replace("python3", interpreter()), install.replace("jupyterlab ", "")):
        subprocess.run(line.split(), cwd=clone, check=True, timeout=600)
    (clone / "benchmarking_dev.ipynb").write_bytes(notebook(published(), solved=True))
    commands = re.search(r"```sh\n(tinytorch export.*?)```", text, re.DOTALL)[1].strip().replace("\\\n", "")
    assert commands.count("\n") == 1
    for line in commands.split("\n"):
        done = subprocess.run(f".venv/bin/{line}", shell=True, cwd=clone, check=False, timeout=600)
        assert done.returncode in (0, 1)
    assert (clone / "tinytorch/benchmarking/stats.py").is_file(), "an editable package is filled where the notebook is"
    assert (clone / "report.html").stat().st_size > 10_000
    done = subprocess.run([".venv/bin/tinytorch", "check"], cwd=clone, check=True, capture_output=True, text=True)
    count = len(load_course().exercises)
    assert f"{count} of {count} checks hold" in done.stdout
