"""Where things lie in a checkout: the lesson, its release, its hidden suites and the answers on file."""

from __future__ import annotations

from pathlib import Path

from autograder.reading.lesson import ASSIGNMENT

ROOT = Path(__file__).resolve().parents[2]
LESSON = ROOT / "modules" / "source" / ASSIGNMENT / "benchmarking_dev.py"
RELEASE = ROOT / "modules" / "release" / ASSIGNMENT / "benchmarking_dev.ipynb"
SUITES = LESSON.parent / "suites"
ANSWERS = LESSON.parent / "answers"
RUBRIC = LESSON.parent / "rubric.md"  # for whoever reads the written answers
