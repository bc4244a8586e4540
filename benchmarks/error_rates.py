"""How often a benchmark is wrong: false alarms, power, coverage and detectors on real traces, ours beside the usual.

Collects its own traces for about three minutes (`--quick`: seconds), so a busy machine is part of what is measured.
`--json FILE` keeps the numbers, `--picture FILE.svg` draws them for the book.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import look_rates
import numpy as np
import peer_answers
from audit_rates import audit_rates, load_rates, many_comparisons
from detector_rates import seen_in_real_windows, series_rates
from error_picture import draw
from error_tables import other_bars, real_bars, tables
from interval_cost import costs, lesson_median_ms, resamples
from real_rates import Rates, built_second, coverages, our_rates, rival_rates
from side_by_side import publish, table
from synthetic_rates import false_alarms
from traces import MODELS, QUICK, Plan, Traces, collect


def measure(plan: Plan, quick: bool, seed: int, peers: int = 0) -> tuple[dict[str, Any], list[str], list[Rates]]:
    """Collect, try everything, and return the numbers, the tables and the rates that the picture shows."""
    started = time.monotonic()
    traces = collect(plan, seed)
    rng = np.random.default_rng(seed)
    trials = 200 if quick else 500
    rivals, ours = rival_rates(traces, rng, 60 if quick else 300), our_rates(traces, rng)
    synthetic = false_alarms(250 if quick else 5_000, rng)
    coverage = coverages(traces, rng)
    looked = look_rates.designs(traces, rng, 200 if quick else 3_000)
    answered = peer_answers.answers(peers) if peers else []
    detectors = [*series_rates(traces, rng), *load_rates(traces, rng, trials)]
    audits, misplaced = audit_rates(traces, rng, 4 if quick else 20, trials)
    detectors += audits
    seen, claims = seen_in_real_windows(traces, rng) | misplaced, many_comparisons(4 * trials, rng)
    seen["10 true hypotheses: some p < 0.05, uncorrected"], seen["the same after Holm"] = claims
    found = costs(rng, quick)
    data: dict[str, Any] = {
        "collected": collected(traces),
        "rates": [asdict(each) for each in [*rivals, *ours]],
        "looks": [asdict(each) for each in looked],
        "peers": peer_answers.rows(answered),
        "synthetic": synthetic,
        "coverage": coverage,
        "built_second": built_second(traces),
        "detectors": [asdict(each) | {"met": each.met} for each in detectors],
        "seen": seen,
        "resamples": resamples(quick),
        "interval_cost": [asdict(cost) for cost in found],
        "lesson_median_interval_ms": lesson_median_ms(rng),
        "seconds": time.monotonic() - started,
    }
    enough = not quick and min(len(rounds) for rounds in traces.rounds.values()) >= 10
    data["bars"] = look_rates.bars(looked[0], enough) + real_bars(ours, rivals)
    data["bars"] += other_bars(data, detectors, found, not quick)
    shown = [table("Resolved, %, in how many rounds; margin 1 %", look_rates.HEADER, look_rates.rows(looked))]
    if answered:
        shown.append(table("Two equal models, by each one's own rule", peer_answers.HEADER, data["peers"]))
    return data, [*shown, *tables(data, [*ours, *rivals], detectors, found, traces, data["bars"])], [*rivals, *ours]


def collected(traces: Traces) -> dict[str, Any]:
    """Return what was collected, as numbers and in words."""
    counts = {name: (len(traces.processes[name]), len(traces.rounds[name])) for name in MODELS}
    quiet = sum(trace.window.quiet for trace in traces.everything)
    text = ", ".join(f"{name} {a} processes and {b} of rounds" for name, (a, b) in counts.items())
    text += f"; {len(traces.busy)} windows beside busy processes; "
    text += f"{quiet} of {len(traces.everything)} processes had a core to themselves"
    return {"seconds": traces.seconds, "counts": counts, "quiet": quiet, "text": text}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the tables, and write the numbers and the picture where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE too")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="draw the false alarms and the power")
    parser.add_argument("--quick", "--tiny", action="store_true", help="some seconds, to see that it runs")
    parser.add_argument("--seconds", type=float, help="how long to collect at most")
    parser.add_argument("--peers", type=int, default=0, metavar="N", help="ask pyperf and others N times too: minutes")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args(arguments)
    plan = QUICK if options.quick else Plan()
    if options.seconds is not None:
        plan = replace(plan, limit_s=options.seconds)
    data, printed, shown = measure(plan, options.quick, options.seed, options.peers)
    publish(printed, data, options.json)
    if options.picture is not None:
        options.picture.write_text(draw(shown) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
