"""Are two checkouts of one model told apart where they differ by a true 3 %, and not where they are equal?

Each trial is a Single-Stream benchmark of two processes, one a checkout, with planned looks, as `tinytorch perf
--against REV` does it. The model repeats a product of matrices; the slower one repeats it three in a hundred more.
Printed for either: which verdicts were given, the ratio, and how many rounds it took. A third row gives the equal
checkouts two interpreters, where `--python` names another one."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import mean, median

from side_by_side import publish, table

from tinytorch.benchmarking import Settings, StatisticalValidator, TinyTorchPerf
from tinytorch.hosted import Host, HostedClock

MODEL = """
import numpy as np
LOOPS = {loops}
def build():
    weights = np.random.default_rng(1).normal(size=(48, 48)).astype(np.float32)
    def model(batch):
        x = batch.reshape(len(batch), -1)[:, :48]
        for _ in range(LOOPS):
            y = x @ weights
        return y
    return model
"""
LOOPS, SLOWER = 300, 309


def main() -> int:
    """Print the table; return 1 where equals were told apart in more than one trial of ten, or the 3 % in fewer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20, metavar="N", help="of each pair (default: 20)")
    parser.add_argument("--queries", type=int, default=1000, metavar="N", help="a model and trial (default: 1000)")
    parser.add_argument("--python", metavar="PYTHON", help="another interpreter, with numpy, for a third row")
    parser.add_argument("--tiny", action="store_true", help="one trial of 60 queries, to see that it runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE too")
    options = parser.parse_args()
    trials, queries = (1, 60) if options.tiny else (options.trials, options.queries)
    pairs = {"equal": (LOOPS, sys.executable), "3 % slower": (SLOWER, sys.executable)}
    if options.python:
        pairs["equal, two interpreters"] = (LOOPS, options.python)
    rows, verdicts, data = [], {}, {}
    with tempfile.TemporaryDirectory(prefix="two-versions-") as folder:
        for name, (loops, python) in pairs.items():
            found = [trial(Path(folder), loops, python, queries) for _ in range(trials)]
            data[name] = found
            words = verdicts[name] = Counter(word for word, _, _ in found)
            said = ", ".join(f"{word} {n}" for word, n in words.most_common())
            rows.append(
                [name, f"{median(ratio for _, ratio, _ in found):.3f}", said, f"{mean(n for *_, n in found):.1f}"]
            )
    header = ["the model is", "ratio, median", f"verdicts in {trials} trials", "rounds, mean"]
    publish([table("Two checkouts, each in a process of its own", header, rows)], {"trials": data}, options.json)
    told = verdicts["equal"]["faster"] + verdicts["equal"]["slower"]
    met = 10 * told <= trials and 10 * verdicts["3 % slower"]["slower"] >= 9 * trials
    return 0 if met or options.tiny else 1


def trial(folder: Path, loops: int, python: str, queries: int) -> tuple[str, float, int]:
    """Compare a checkout with another one: (verdict, ratio of median latencies, rounds)."""
    places = []
    for name, n in (("model", loops), ("baseline", LOOPS)):
        place = folder / name
        place.mkdir(exist_ok=True)
        (place / "mine.py").write_text(MODEL.format(loops=n))
        places.append(place)
    clock = HostedClock()
    with (
        Host("mine:build()", clock, places[0], python, "model") as model,
        Host("mine:build()", clock, places[1], name="baseline") as baseline,
    ):
        bench = TinyTorchPerf(Settings(min_queries=queries, control=False), clock, progress=False)
        bench.set_model(build=model.build, name="model")
        bench.set_baseline(build=baseline.build, name="baseline")
        bench.set_dataset("digits", metric="none")
        results = bench.run(["single_stream"])
    found = next(
        c for c in StatisticalValidator().validate_results(results).comparisons if c.quantity.startswith("median")
    )
    return found.verdict, found.ratio, results.rounds_measured or 0


if __name__ == "__main__":
    sys.exit(main())
