"""LoadGen's arrival times and sample order, recomputed from its seeds.

They follow from `std::mt19937` and from what libstdc++ makes of its 32-bit words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

_WORDS = 1 << 32  # how many values a word of the generator has
_BLOCK = 1 << 14  # so many arrivals are drawn at a time: what they are made of takes more memory than they do


def loadgen_arrivals(target_qps: float, n: int, seed: int) -> IntArray:
    """Return when LoadGen's Server scenario schedules its first `n` queries, int64 ns after the first, which is at 0.

    `seed` is `schedule_rng_seed`, of which LoadGen uses the low 32 bits. Raises ValueError if `target_qps` is not
    positive and finite, or `n` is below 1.
    """
    if target_qps <= 0 or not math.isfinite(target_qps):
        raise ValueError(f"LoadGen's rate target_qps must be positive and finite, got {target_qps}")
    if n < 1:
        raise ValueError(f"a schedule has at least 1 query, got n = {n}")
    generator, arrivals = _mt19937(seed), np.zeros(n, dtype=np.int64)
    for first in range(1, n, _BLOCK):
        gaps = arrivals[first : first + _BLOCK]
        words = _words(generator, 2 * len(gaps)).astype(np.float64).reshape(-1, 2)
        uniform = np.minimum((words[:, 0] + words[:, 1] * 2.0**32) / 2.0**64, np.nextafter(1.0, 0.0))
        # math.log is the C library's, as in LoadGen; numpy's own may round the last bit otherwise.
        gaps[:] = (np.array([-math.log(rest) for rest in (1.0 - uniform).tolist()]) / target_qps * 1e9).astype(np.int64)
    np.cumsum(arrivals, out=arrivals)
    return arrivals


def loadgen_samples(
    n_queries: int,
    n_samples: int,
    performance_count: int,
    qsl_seed: int,
    sample_seed: int,
    min_query_count: int | None = None,
    samples_per_query: int = 1,
) -> IntArray:
    """Return the sample indices of LoadGen's performance-mode queries, int64, shape (n_queries * samples_per_query,).

    Holds for Single-Stream, Server and Multi-Stream of LoadGen 6. The library's first `performance_count` of
    `n_samples` samples are loaded, and each query draws from them with replacement; in Multi-Stream, which has more
    than one `samples_per_query`, it is followed by those that were loaded after it, and after the last by the first.
    The seeds are `qsl_rng_seed` and `sample_index_rng_seed`, low 32 bits. `min_query_count` is LoadGen's setting of
    that name, by default `n_queries`: the draws depend on it. Raises ValueError unless 1 <= performance_count <=
    n_samples and samples_per_query >= 1.
    """
    if samples_per_query < 1:
        raise ValueError(f"a query holds at least 1 sample, got samples_per_query = {samples_per_query}")
    if not 1 <= performance_count <= n_samples:
        raise ValueError(
            f"the loaded set holds between 1 and all {n_samples} samples, got performance_count = {performance_count}"
        )
    loaded = np.array(_shuffled(performance_count, _stream(qsl_seed)), dtype=np.int64)
    words = _stream(sample_seed)
    # LoadGen first prepares, from the same stream, the orders of two modes that are off: every query once, and whole
    # permutations until the minimum is reached. Only the words that they use up matter here.
    asked_for = n_queries if min_query_count is None else min_query_count
    different, padded = math.ceil(performance_count / samples_per_query), performance_count + samples_per_query - 1
    for size in (different, *[padded] * math.ceil(asked_for / padded)):
        for _ in _swaps(size, words):
            pass
    first = np.array([_below(words, performance_count) for _ in range(n_queries)], dtype=np.int64)
    asked: IntArray = loaded[(first[:, np.newaxis] + np.arange(samples_per_query)).ravel() % performance_count]
    return asked


def _mt19937(seed: int) -> np.random.RandomState:
    # LoadGen's generator is this one, and numpy promises never to change the stream of RandomState (NEP 19).
    return np.random.RandomState(seed & (_WORDS - 1))


def _words(generator: np.random.RandomState, n: int) -> npt.NDArray[np.uint32]:
    """Return the next n words of the generator as they are."""
    return generator.randint(0, _WORDS, size=n, dtype=np.uint32)


def _stream(seed: int) -> Iterator[int]:
    """Yield the words of `std::mt19937(seed)` without end."""
    generator = _mt19937(seed)
    while True:
        yield from _words(generator, 4096).tolist()


def _below(words: Iterator[int], bound: int) -> int:
    """Return a number in [0, bound) as `std::uniform_int_distribution` of libstdc++ draws it (Lemire 2019)."""
    product = next(words) * bound
    if product % _WORDS < bound:
        threshold = _WORDS % bound
        while product % _WORDS < threshold:
            product = next(words) * bound
    return product // _WORDS


def _swaps(n: int, words: Iterator[int]) -> Iterator[int]:
    """Yield the places with which `std::shuffle` of libstdc++ swaps the elements 1 .. n - 1 of n."""
    if (_WORDS - 1) // n < n:
        yield from (_below(words, i + 1) for i in range(1, n))
        return
    if n % 2 == 0:
        yield _below(words, 2)
    for i in range(2 - n % 2, n, 2):  # one word gives the places of two successive elements
        yield from divmod(_below(words, (i + 1) * (i + 2)), i + 2)


def _shuffled(n: int, words: Iterator[int]) -> list[int]:
    """Return 0 .. n - 1, shuffled."""
    order = list(range(n))
    for i, place in enumerate(_swaps(n, words), start=1):
        order[i], order[place] = order[place], order[i]
    return order
