"""A round in a process of its own: what one round leaves behind in memory, the next does not find. Knows no model.

Systems, factories and the function that runs a round must be importable by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tinytorch.datasets.library import QuerySampleLibrary
from tinytorch.machine.clock import RealClock
from tinytorch.runs.rounds import RoundBase, RunsByArm
from tinytorch.runs.run import RunFailed
from tinytorch.runs.settings import Settings
from tinytorch.runs.systems import System

START_S = 30  # to start an interpreter and to build the models


class Task(NamedTuple):
    """What a process needs to know to run a round: plain data, and things that are importable by name."""

    one_round: Callable[[Any, Sequence[str]], None]
    round_type: type[RoundBase]
    systems: Mapping[str, System]
    library: QuerySampleLibrary
    settings: Settings
    number: int
    arms: dict[str, list[str]]  # by scenario


class Done(NamedTuple):
    """What a process found in its round."""

    runs: dict[str, RunsByArm]
    pace_ns: dict[str, float]
    layout_controlled: bool
    failure: str | None


def in_own_process(one_round: Callable[[Any, Sequence[str]], None], this: RoundBase, scenarios: Sequence[str]) -> None:
    """Do `one_round(this, scenarios)` in a fresh process on the real clock; one that does not answer is ended.

    Raises RunFailed, also when the process dies or hangs.
    """
    from tinytorch.machine.own_process import ChildFailedError, run_in_own_process

    arms = {scenario: list(by_arm) for scenario, by_arm in this.runs.items()}
    each_s = this.settings.deadline_s
    limit_s = START_S + each_s * len(this.systems) * len(arms) if each_s > 0 else None
    systems = {arm: system.as_recipe() for arm, system in this.systems.items()}
    task = Task(one_round, type(this), systems, this.library, this.settings, this.number, arms)
    try:
        done: Done = run_in_own_process(serve_round, task, timeout_s=limit_s)
    except ChildFailedError as error:
        raise RunFailed(f"round {this.number}: {error}", "isolated round", 0, 0, []) from error
    for scenario, by_arm in done.runs.items():
        for arm, new in by_arm.items():
            this.runs[scenario][arm] += new
    this.pace_ns, this.layout_controlled = done.pace_ns, done.layout_controlled
    if done.failure is not None:
        raise RunFailed(done.failure, "isolated round", 0, 0, [])


def serve_round(task: Task) -> Done:
    """Run the round in this process and return its runs."""
    new: dict[str, RunsByArm] = {scenario: {arm: [] for arm in arms} for scenario, arms in task.arms.items()}
    clock = RealClock(shares=task.settings.workers > 1)
    this = task.round_type(task.systems, task.library, task.settings, clock, task.number, new)
    failure = None
    try:
        task.one_round(this, list(task.arms))
    except RunFailed as error:
        failure = str(error)
    return Done(new, this.pace_ns, this.layout_controlled, failure)
