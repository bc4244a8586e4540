"""Where things lie in a checkout: the lesson, its release, the hidden suites and what is on file about them."""

from __future__ import annotations

from pathlib import Path

from autograder.reading.lesson import ASSIGNMENT

ROOT = Path(__file__).resolve().parents[2]
LESSON = ROOT / "modules" / "source" / ASSIGNMENT / "benchmarking_dev.py"
RELEASE = ROOT / "modules" / "release" / ASSIGNMENT / "benchmarking_dev.ipynb"
SUITES = ROOT / "autograder" / "suites" / ASSIGNMENT
WRONG_ANSWERS = ROOT / "autograder" / "wrong_answers" / ASSIGNMENT
VARIANTS = ROOT / "autograder" / "variants" / ASSIGNMENT
