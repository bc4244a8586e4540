# %% wrong: always_the_same
# Draws from a generator with a seed of its own: every run is the same run.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    own = np.random.default_rng(0)
    n = int(2 * target_qps * duration_ns / NS_PER_S) + 50
    arrivals = np.cumsum(own.exponential(NS_PER_S / target_qps, size=n)).astype(np.int64)
    return arrivals[arrivals < duration_ns]

# %% wrong: evenly_spaced
# The right rate without chance: queries never pile up.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    gap_ns = NS_PER_S / target_qps
    offset = rng.uniform(0, gap_ns)
    return np.arange(offset, duration_ns, gap_ns).astype(np.int64)

# %% wrong: fixed_number
# Draws exactly rate times duration gaps: when they run out early, the end of the run is empty.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    n = int(target_qps * duration_ns / NS_PER_S)
    arrivals = np.cumsum(rng.exponential(NS_PER_S / target_qps, size=n)).astype(np.int64)
    return arrivals[arrivals < duration_ns]

# %% wrong: gaps_in_seconds
# Adds up gaps in seconds and calls them nanoseconds.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    n = int(2 * target_qps * duration_ns / NS_PER_S) + 50
    arrivals = np.cumsum(rng.exponential(1 / target_qps, size=n)).astype(np.int64)
    return arrivals[arrivals < duration_ns]

# %% wrong: half_the_rate
# Mixes up the mean gap and the rate by a factor of two.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    n = int(2 * target_qps * duration_ns / NS_PER_S) + 50
    arrivals = np.cumsum(rng.exponential(2 * NS_PER_S / target_qps, size=n)).astype(np.int64)
    return arrivals[arrivals < duration_ns]

# %% wrong: nan_and_infinity_pass
# Refuses what is not positive; for nan and infinity it returns an empty schedule.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if target_qps <= 0:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    arrivals = []
    t = rng.exponential(NS_PER_S / target_qps)
    while 0 < t < duration_ns:
        arrivals.append(int(t))
        t += rng.exponential(NS_PER_S / target_qps)
    return np.array(arrivals, dtype=np.int64)

# %% wrong: over_the_end
# Keeps the arrival that passes the end.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    arrivals = [rng.exponential(NS_PER_S / target_qps)]
    while arrivals[-1] < duration_ns:
        arrivals.append(arrivals[-1] + rng.exponential(NS_PER_S / target_qps))
    return np.array(arrivals).astype(np.int64)

# %% wrong: seed_ignored
# Draws from a generator of its own.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    own = np.random.default_rng()
    n = int(2 * target_qps * duration_ns / NS_PER_S) + 50
    arrivals = np.cumsum(own.exponential(NS_PER_S / target_qps, size=n)).astype(np.int64)
    return arrivals[arrivals < duration_ns]

# %% wrong: uniform_gaps
# Draws gaps between 0 and twice the mean: the right rate, half of the variance.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    n = int(2 * target_qps * duration_ns / NS_PER_S) + 50
    arrivals = np.cumsum(rng.uniform(0, 2 * NS_PER_S / target_qps, size=n)).astype(np.int64)
    return arrivals[arrivals < duration_ns]

# %% wrong: unsorted
# Throws the arrivals on the line and leaves them as they fell.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    n = rng.poisson(target_qps * duration_ns / NS_PER_S)
    return rng.integers(0, duration_ns, size=n)

# %% wrong: whole_rates_only
# Takes a rate below one query a second for none.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 1 <= target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    n = int(2 * target_qps * duration_ns / NS_PER_S) + 50
    arrivals = np.cumsum(rng.exponential(NS_PER_S / target_qps, size=n)).astype(np.int64)
    return arrivals[arrivals < duration_ns]

# %% wrong: twenty_more
# Draws twenty gaps more than it expects to need: a busy run has more arrivals, and its end is empty.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}; pass queries per second")
    n = int(target_qps * duration_ns / NS_PER_S) + 20
    arrivals = np.cumsum(rng.exponential(NS_PER_S / target_qps, size=n)).astype(np.int64)
    return arrivals[arrivals < duration_ns]

# %% right: count_then_place
# Draws how many, then where, then sorts: the same process.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not np.isfinite(target_qps) or target_qps <= 0:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}")
    count = rng.poisson(target_qps * duration_ns / NS_PER_S)
    return np.sort(rng.integers(0, duration_ns, size=count))

# %% right: first_at_zero
# Starts with a query at 0, as LoadGen does.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not 0 < target_qps < math.inf:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}")
    n = 100 + int(2 * target_qps * duration_ns / NS_PER_S)
    gaps_ns = rng.exponential(NS_PER_S / target_qps, n)
    gaps_ns[0] = 0
    arrivals_ns = np.cumsum(gaps_ns).astype(np.int64)
    return arrivals_ns[arrivals_ns < duration_ns]

# %% right: in_chunks
# Draws gaps in chunks until the duration is full, by the inverse of the distribution.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if target_qps <= 0 or target_qps == math.inf or target_qps != target_qps:
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}")
    gaps = np.zeros(0)
    while gaps.sum() < duration_ns:
        more = -np.log1p(-rng.random(1000)) * (NS_PER_S / target_qps)
        gaps = np.concatenate([gaps, more])
    arrivals = gaps.cumsum().astype("int64")
    return arrivals[: np.searchsorted(arrivals, duration_ns)]

# %% right: loop
# Adds one gap at a time.
#| export schedule
def poisson_arrivals(target_qps: float, duration_ns: int, rng: np.random.Generator) -> IntArray:
    if not (math.isfinite(target_qps) and target_qps > 0):
        raise ValueError(f"target_qps must be positive and finite, got {target_qps}")
    times = []
    now = 0.0
    while True:
        now += rng.exponential(1.0) * NS_PER_S / target_qps
        if now >= duration_ns:
            return np.array(times, dtype=np.int64)
        times.append(int(now))

# %% equivalent: how_many_more
# Nine deviations more, and about twenty gaps, are as much as nobody ever needs: too few once in 10^17 schedules.
# - expected = duration_ns * target_qps / NS_PER_S
# + expected = duration_ns * target_qps // NS_PER_S

# %% equivalent: how_many_more_2
# Nine deviations more, and about twenty gaps, are as much as nobody ever needs: too few once in 10^17 schedules.
# - n_drawn = int(expected + 10 * math.sqrt(expected) + 20)
# + n_drawn = int(expected + 11 * math.sqrt(expected) + 20)
# + n_drawn = int(expected + 9 * math.sqrt(expected) + 20)
# + n_drawn = int(expected + 10 * math.sqrt(expected) + 21)
# + n_drawn = int(expected + 10 * math.sqrt(expected) + 19)

# %% equivalent: how_many_more_3
# Nine deviations more, and about twenty gaps, are as much as nobody ever needs: too few once in 10^17 schedules.
# - arrivals = np.cumsum(rng.exponential(NS_PER_S / target_qps, size=n_drawn))
# + arrivals = np.cumsum(rng.exponential(NS_PER_S // target_qps, size=n_drawn))

# %% equivalent: exactly_at_the_end
# A real number that is drawn is never exactly the duration.
# - return arrivals[arrivals < duration_ns].astype(np.int64)
# + return arrivals[arrivals <= duration_ns].astype(np.int64)
