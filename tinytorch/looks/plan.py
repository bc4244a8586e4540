"""When a benchmark looks at what it has: planned before the first round, so that stopping there costs a known error.

Knows numbers of rounds and nothing else.
"""

from __future__ import annotations

LOOKS = (6, 8, 10, 14, 20, 28, 40)  # rounds; fewer than 6 give no 95 % interval of a median
MOST = LOOKS[-1]


def looks(most: int = MOST) -> tuple[int, ...]:
    """Return after which rounds there is a look where `most` is the upper limit: the last look is there.

    Raises ValueError unless `most` is 6 to 40: for other looks the error is not known.
    """
    if not LOOKS[0] <= most <= MOST:
        raise ValueError(
            f"planned looks end after {LOOKS[0]} to {MOST} rounds, got {most}; give a fixed number of rounds"
        )
    return (*(each for each in LOOKS if each < most), most)
