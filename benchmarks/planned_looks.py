"""What planned looks cost: the table of `tinytorch.looks.spending`, simulated anew, and how often peeking errs instead.

Every sequence is Gaussian with a mean of exactly 0, looked at by Student's t after 6, 8, 10, 14, 20, 28 and 40 rounds.
`--tiny`: seconds, to see that it runs.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from side_by_side import publish, table

from tinytorch.looks import LOOKS, level_of, spent
from tinytorch.looks.spending import NOMINAL, SPENT

FloatArray = npt.NDArray[np.float64]
CHUNK = 100_000


def smallest_p(trials: int, rng: np.random.Generator, looks: Sequence[int]) -> FloatArray:
    """Return the smallest two-sided p-value of all looks of each trial, sorted."""
    from scipy.special import stdtr

    found = []
    for _ in range(0, trials, CHUNK):
        values = rng.standard_normal((min(trials, CHUNK), max(looks)))
        sums, squares = np.cumsum(values, axis=1), np.cumsum(values**2, axis=1)
        p_values = []
        for n in looks:
            mean = sums[:, n - 1] / n
            error = np.sqrt((squares[:, n - 1] - n * mean**2) / (n - 1) / n)
            p_values.append(2 * stdtr(n - 1, -np.abs(mean / error)))
        found.append(np.min(p_values, axis=0))
    return np.sort(np.concatenate(found))


def shares(smallest: FloatArray, levels: Sequence[float]) -> FloatArray:
    """Return how often the smallest p-value is at most each level."""
    return np.asarray(np.searchsorted(smallest, levels, side="right") / len(smallest))


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate, print both tables, and write the numbers where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE too")
    parser.add_argument("--tiny", action="store_true", help="some seconds, to see that it runs")
    parser.add_argument("--trials", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args(arguments)
    trials = CHUNK if options.tiny else options.trials
    rng = np.random.default_rng(options.seed)
    found = shares(smallest_p(trials, rng, LOOKS), NOMINAL)
    rows = [
        [f"{level:.4g}", f"{kept:.4g}", f"{new:.4g}", f"{np.sqrt(new * (1 - new) / trials):.1g}"]
        for level, kept, new in zip(NOMINAL, SPENT, found, strict=True)
    ]
    peeking = shares(smallest_p(min(trials, 1_000_000), rng, range(5, 31)), [0.05])[0]
    data = {"trials": trials, "nominal": list(NOMINAL), "spent": found.tolist(), "peeking": float(peeking)}
    printed = [
        table(
            f"Two-sided error over the looks at {', '.join(map(str, LOOKS))} rounds, {trials:,} trials",
            ["each look at", "kept", "this run", "s.e."],
            rows,
        ),
        f"5 % over all looks: {level_of(0.05):.4f} at each; 5 % at each would be {spent(0.05):.3f} over all\n",
        f"Peeking after each of 5 to 30 rounds at p < 0.05: {peeking:.3f}\n",
    ]
    publish(printed, data, options.json)


if __name__ == "__main__":
    main()
