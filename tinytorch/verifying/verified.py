"""All checks of one file, and what they come to. Knows no rule of its own but those of a whole result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tinytorch.benchmarking import Results, load_results
from tinytorch.looks import looks
from tinytorch.runs.packed import MOMENTS
from tinytorch.verifying.asked import not_asked, other_parts
from tinytorch.verifying.drawn import not_drawn
from tinytorch.verifying.moments import impossible
from tinytorch.verifying.said import not_said

MOST_PROBLEMS = 20  # a forged seed breaks every round; nobody reads more


class Verified(NamedTuple):
    """What is wrong with a file, [] if nothing is; `judged` where it holds conclusions, which were made again."""

    problems: list[str]
    judged: bool
    rounds: int
    queries: int


def verify(path: str | Path, seed: int | None = None) -> Verified:
    """Check the results in a file that `Report.save_as_json` wrote; `seed`: the one given beforehand, if one was.

    Raises OSError where the file cannot be read, and ValueError where it holds no results.
    """
    results, held = load_results(path), json.loads(Path(path).read_text(encoding="utf-8"))
    problems = list(other_parts(results)) or [*wrong_seed(results, seed), *wrong_rounds(results)]
    if not problems:  # a round that is missing shifts all that come after it
        problems = [*not_drawn(results), *impossible(results), *not_asked(results)]
    judged = "valid" in held
    if judged and not problems:
        problems = list(not_said(results, held))
    runs = [run for result in results.values() for each in result.runs.values() for run in each]
    return Verified(problems[:MOST_PROBLEMS], judged, results.rounds_measured or 0, sum(run.n for run in runs))


def wrong_seed(results: Results, seed: int | None) -> Iterator[str]:
    """Yield what is wrong where a seed was given beforehand and another one was used."""
    if seed is not None and results.settings.seed != seed:
        yield f"the seed given beforehand is {seed}, this result was measured with {results.settings.seed}"


def wrong_rounds(results: Results) -> Iterator[str]:
    """Yield what is wrong with how many rounds there are; the last one of a result that ended early may lack runs."""
    settings, counted = results.settings, results.rounds_measured
    if not results or results.n_samples < 1:
        yield "it holds no scenario, or its data set has no sample"
        return
    if counted is None:
        yield "it does not say how many rounds were measured"
        return
    for scenario, result in results.items():
        for arm, runs in result.runs.items():
            if not counted <= len(runs) <= counted + (results.error is not None):
                yield f"{scenario}: {counted} rounds were measured, the {arm} has {len(runs)} runs"
            for run in runs:
                if len({len(getattr(run, name)) for name in MOMENTS}) > 1:
                    yield f"{scenario}: a run of the {arm} has columns of different lengths"
    possible: Any = looks(settings.limit) if results.planned else [settings.limit]
    if results.error is None and counted not in [*possible, settings.limit]:
        yield f"{counted} rounds were measured; these settings end after {', '.join(map(str, possible))}"
