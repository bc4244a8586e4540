"""The tables of `error_rates.py`, and the bars of the project's third issue beside what a run gave.

A bar is not judged where a run is too short, or the machine too busy, to tell. Measures nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from detector_rates import SLACK, Rate, clean_windows
from interval_cost import Cost
from procedures import MARGIN
from real_rates import SHIFTS, Rates
from side_by_side import number, table
from traces import MODELS, Traces

Bar = tuple[str, str, bool | None]  # what is asked for, what this run gave, whether that meets it if it can tell

FEWEST_ROUNDS = 30  # from fewer no share of 7 % can be told


def percent(share: float) -> str:
    """Return a share as text."""
    return "-" if np.isnan(share) else f"{100 * share:.1f}"


def word(met: bool | None) -> str:
    """Return how a bar was met."""
    return {True: "yes", False: "no", None: "not judged"}[met]


def rate_rows(rates: Sequence[Rates]) -> list[list[str]]:
    """Return a row for each way to compare: false alarms of the test and of the verdict, then the power of either."""
    rows = []
    for each in rates:
        cells = [each.procedure, each.design, f"{each.trials:,}"]
        for shift in SHIFTS:
            values = each.different[shift]
            spread = f" [{percent(max(values))}]" if shift == 0 else ""
            verdict = f" / {percent(each.of(shift, True))}" if each.verdict[shift] else ""
            cells.append(percent(each.of(shift)) + spread + verdict)
        rows.append(cells)
    return rows


def detector_rows(rates: Sequence[Rate]) -> list[list[str]]:
    """Return a row for each detector."""
    return [
        [
            each.name,
            each.put_in,
            f"{percent(each.found)} (>= {percent(each.found_before - SLACK)})",
            f"{percent(each.in_vain)} (<= {percent(each.in_vain_before + SLACK)})",
            f"{each.of[0]}, {each.of[1]}",
            word(each.met),
        ]
        for each in rates
    ]


def cost_rows(found: Sequence[Cost]) -> list[list[str]]:
    """Return a row for each interval."""
    rows = []
    for cost in found:
        bca = ["not run", "-"] if cost.bca_ms is None else [number(cost.bca_ms), f"{cost.bca_ms / cost.ms:,.0f} x"]
        rows.append([cost.name, number(cost.ms), number(cost.mib), *bca])
    return rows


def real_bars(ours: Sequence[Rates], rivals: Sequence[Rates]) -> list[Bar]:
    """Return the bars on real traces."""
    beside = "; ".join(
        f"{name} {', '.join(percent(each.of(0.0)) for each in rivals if each.procedure == name)}"
        for name in ("Welch t", "Mann-Whitney")
    )
    bars: list[Bar] = []
    for each in ours:
        where = f"({each.procedure}, {each.design})"
        equal, verdict = each.of(0.0), each.of(0.0, True)
        shift, least = (0.05, 0.95) if each.procedure.endswith("10") else (0.02, 0.75)
        power = each.of(shift, True)
        enough = each.rounds >= FEWEST_ROUNDS
        bars += [
            (f"{what} {where}", got, met if enough else None)
            for what, got, met in [
                ("A/A, p < 0.05: <= 7 %", f"{percent(equal)} % (sequential: {beside})", equal <= 0.07),
                ("A/A, faster or slower: <= 1 %", f"{percent(verdict)} %", verdict <= 0.01),
                (f"verdict at true +{shift:.0%}: >= {least:.0%}", f"{percent(power)} %", power >= least),
            ]
        ]
    return bars


def other_bars(data: dict[str, Any], detectors: Sequence[Rate], found: Sequence[Cost], long_enough: bool) -> list[Bar]:
    """Return the bars on synthetic noise, coverage, detectors and cost."""
    noise, shares = max(data["synthetic"].items(), key=lambda item: item[1]["ours, interleaved"])
    share = shares["ours, interleaved"]
    shown = f"{percent(share)} % at worst ({noise})"
    bars: list[Bar] = [("synthetic, interleaved, p < 0.05: <= 6 %", shown, share <= 0.06 if long_enough else None)]
    for name, values in data["coverage"].items():
        if "one trace" not in name:
            held = float(np.mean(values))
            met = held >= 0.94 if long_enough else None
            bars.append((f"coverage of 95 % intervals: >= 94 % ({name})", f"{percent(held)} %", met))
    missed = [each.name for each in detectors if each.met is False]
    judged = sum(each.met is not None for each in detectors)
    reached = f"{judged - len(missed)} of {judged} judged" + (f"; not {', '.join(missed)}" if missed else "")
    bars.append(("detectors: the first measurement's figures, less 3 points", reached, not missed))
    ms, mib = sum(cost.ms for cost in found), max(cost.mib for cost in found)
    bars.append(("three intervals at n = 24,576: <= 10 ms", f"{number(ms)} ms", ms <= 10))
    bars.append(("their memory: <= 10 MiB", f"{number(mib)} MiB", mib <= 10))
    compared = [cost for cost in found if cost.bca_ms is not None]
    times = sum(cost.bca_ms or 0.0 for cost in compared) / sum(cost.ms for cost in compared)
    bars.append(("than scipy's BCa: >= 500 x faster", f"{times:,.0f} x", times >= 500 if long_enough else None))
    return bars


def tables(
    data: dict[str, Any],
    rates: Sequence[Rates],
    detectors: Sequence[Rate],
    found: Sequence[Cost],
    traces: Traces,
    bars: Sequence[Bar],
) -> list[str]:
    """Return the tables as text."""
    of = clean_windows(traces)[1] or "all processes: few had a core to themselves"
    shifts = [f"+{shift:.0%}" for shift in SHIFTS[1:]]
    names = list(next(iter(data["synthetic"].values())))
    return [
        f"Collected in {data['collected']['seconds']:.0f} s: {data['collected']['text']}\n",
        table(
            f"Share called different, %: p < 0.05, for ours also the verdict beyond the margin of {MARGIN:.0%}",
            ["", "", "trials", "A/A [worst model] / verdict", *shifts],
            rate_rows(rates),
        ),
        table(
            "False alarms on synthetic noise, %: ours in 10 interleaved rounds, the others on 1,000 then 1,000 calls",
            ["", *names],
            [[noise, *(percent(by[name]) for name in names)] for noise, by in data["synthetic"].items()],
        ),
        table(
            "Coverage of 95 % intervals, %",
            ["", "mean of the models", "worst"],
            [[name, percent(float(np.mean(v))), percent(min(v))] for name, v in data["coverage"].items()],
        ),
        table(
            f"Detectors, % (what is asked); windows of {of}",
            ["", "put in", "found", "flagged in vain", "of", "met"],
            detector_rows(detectors),
        ),
        table(
            "How much longer the object built second takes, %: without a coin this would be a difference",
            ["", *MODELS],
            [[design, *(f"{100 * each:+.2f}" for each in values)] for design, values in data["built_second"].items()],
        ),
        table("On real windows", ["", "share"], [[name, f"{share:.3f}"] for name, share in data["seen"].items()]),
        table(
            f"95 % intervals of 24,576 latencies; scipy's BCa: {data['resamples']:,} resamples, batch=64",
            ["", "ms", "MiB", "BCa, ms", "BCa / ours"],
            cost_rows(found),
        ),
        f"The lesson's own median_interval takes {number(data['lesson_median_interval_ms'])} ms.\n",
        table("Bars", ["", "this run", "met"], [[what, got, word(met)] for what, got, met in bars]),
    ]
