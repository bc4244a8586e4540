# %% wrong: all_digits
# States every digit of a number without an interval.
#| export reporter
def summary_row(
    values: npt.ArrayLike,
    unit: str,
    confidence: float,
    interval_of: Step = median_interval,
    written: Step = with_interval,
) -> dict[str, Any]:
    rounds = np.asarray(values, dtype=float).tolist()
    median, needed = float(np.median(rounds)), rounds_needed(confidence)
    interval = interval_of(rounds, confidence) if len(rounds) >= needed else None
    if interval is None:
        stated = f"{median} {unit} [needs {needed} rounds, has {len(rounds)}]"
    else:
        stated = written(median, interval, unit)
    return {"median": median, "interval": interval, "rounds": rounds, "stated": stated}

# %% wrong: an_array
# Keeps the rounds as an array.
#| export reporter
def summary_row(
    values: npt.ArrayLike,
    unit: str,
    confidence: float,
    interval_of: Step = median_interval,
    written: Step = with_interval,
) -> dict[str, Any]:
    rounds = np.asarray(values, dtype=float).tolist()
    median, needed = float(np.median(rounds)), rounds_needed(confidence)
    interval = interval_of(rounds, confidence) if len(rounds) >= needed else None
    if interval is None:
        stated = f"{median:.3g} {unit} [needs {needed} rounds, has {len(rounds)}]"
    else:
        stated = written(median, interval, unit)
    return {"median": median, "interval": interval, "rounds": np.asarray(rounds), "stated": stated}

# %% wrong: in_order_of_size
# Sorts the rounds.
#| export reporter
def summary_row(
    values: npt.ArrayLike,
    unit: str,
    confidence: float,
    interval_of: Step = median_interval,
    written: Step = with_interval,
) -> dict[str, Any]:
    rounds = np.asarray(values, dtype=float).tolist()
    median, needed = float(np.median(rounds)), rounds_needed(confidence)
    interval = interval_of(rounds, confidence) if len(rounds) >= needed else None
    if interval is None:
        stated = f"{median:.3g} {unit} [needs {needed} rounds, has {len(rounds)}]"
    else:
        stated = written(median, interval, unit)
    return {"median": median, "interval": interval, "rounds": sorted(rounds), "stated": stated}

# %% wrong: its_own_words
# Writes the interval in words of its own.
#| export reporter
def summary_row(
    values: npt.ArrayLike,
    unit: str,
    confidence: float,
    interval_of: Step = median_interval,
    written: Step = with_interval,
) -> dict[str, Any]:
    rounds = np.asarray(values, dtype=float).tolist()
    median, needed = float(np.median(rounds)), rounds_needed(confidence)
    interval = interval_of(rounds, confidence) if len(rounds) >= needed else None
    if interval is None:
        stated = f"{median:.3g} {unit} [needs {needed} rounds, has {len(rounds)}]"
    else:
        stated = f"{median:.3g} {unit} [{interval[0]:.3g}, {interval[1]:.3g}]"
    return {"median": median, "interval": interval, "rounds": rounds, "stated": stated}

# %% wrong: mean
# Takes the mean for the middle.
#| export reporter
def summary_row(
    values: npt.ArrayLike,
    unit: str,
    confidence: float,
    interval_of: Step = median_interval,
    written: Step = with_interval,
) -> dict[str, Any]:
    rounds = np.asarray(values, dtype=float).tolist()
    median, needed = float(np.mean(rounds)), rounds_needed(confidence)
    interval = interval_of(rounds, confidence) if len(rounds) >= needed else None
    if interval is None:
        stated = f"{median:.3g} {unit} [needs {needed} rounds, has {len(rounds)}]"
    else:
        stated = written(median, interval, unit)
    return {"median": median, "interval": interval, "rounds": rounds, "stated": stated}

# %% wrong: nothing_missing
# Does not say that rounds are missing.
#| export reporter
def summary_row(
    values: npt.ArrayLike,
    unit: str,
    confidence: float,
    interval_of: Step = median_interval,
    written: Step = with_interval,
) -> dict[str, Any]:
    rounds = np.asarray(values, dtype=float).tolist()
    median, needed = float(np.median(rounds)), rounds_needed(confidence)
    interval = interval_of(rounds, confidence) if len(rounds) >= needed else None
    if interval is None:
        stated = f"{median:.3g} {unit}"
    else:
        stated = written(median, interval, unit)
    return {"median": median, "interval": interval, "rounds": rounds, "stated": stated}

# %% wrong: one_more
# Needs a round more than there must be.
#| export reporter
def summary_row(
    values: npt.ArrayLike,
    unit: str,
    confidence: float,
    interval_of: Step = median_interval,
    written: Step = with_interval,
) -> dict[str, Any]:
    rounds = np.asarray(values, dtype=float).tolist()
    median, needed = float(np.median(rounds)), rounds_needed(confidence)
    interval = interval_of(rounds, confidence) if len(rounds) > needed else None
    if interval is None:
        stated = f"{median:.3g} {unit} [needs {needed} rounds, has {len(rounds)}]"
    else:
        stated = written(median, interval, unit)
    return {"median": median, "interval": interval, "rounds": rounds, "stated": stated}

# %% wrong: six_at_any_confidence
# Takes six for the rounds that are needed.
#| export reporter
def summary_row(
    values: npt.ArrayLike,
    unit: str,
    confidence: float,
    interval_of: Step = median_interval,
    written: Step = with_interval,
) -> dict[str, Any]:
    rounds = np.asarray(values, dtype=float).tolist()
    median, needed = float(np.median(rounds)), 6
    interval = interval_of(rounds, confidence) if len(rounds) >= needed else None
    if interval is None:
        stated = f"{median:.3g} {unit} [needs {needed} rounds, has {len(rounds)}]"
    else:
        stated = written(median, interval, unit)
    return {"median": median, "interval": interval, "rounds": rounds, "stated": stated}

# %% wrong: two_decimals
# States two decimals, not three digits.
#| export reporter
def summary_row(
    values: npt.ArrayLike,
    unit: str,
    confidence: float,
    interval_of: Step = median_interval,
    written: Step = with_interval,
) -> dict[str, Any]:
    rounds = np.asarray(values, dtype=float).tolist()
    median, needed = float(np.median(rounds)), rounds_needed(confidence)
    interval = interval_of(rounds, confidence) if len(rounds) >= needed else None
    if interval is None:
        stated = f"{median:.2f} {unit} [needs {needed} rounds, has {len(rounds)}]"
    else:
        stated = written(median, interval, unit)
    return {"median": median, "interval": interval, "rounds": rounds, "stated": stated}

# %% wrong: usual_confidence
# Asks for the interval at its usual confidence.
#| export reporter
def summary_row(
    values: npt.ArrayLike,
    unit: str,
    confidence: float,
    interval_of: Step = median_interval,
    written: Step = with_interval,
) -> dict[str, Any]:
    rounds = np.asarray(values, dtype=float).tolist()
    median, needed = float(np.median(rounds)), rounds_needed(confidence)
    interval = interval_of(rounds) if len(rounds) >= needed else None
    if interval is None:
        stated = f"{median:.3g} {unit} [needs {needed} rounds, has {len(rounds)}]"
    else:
        stated = written(median, interval, unit)
    return {"median": median, "interval": interval, "rounds": rounds, "stated": stated}

# %% right: branches
# Returns from either branch.
#| export reporter
def summary_row(
    values: npt.ArrayLike,
    unit: str,
    confidence: float,
    interval_of: Step = median_interval,
    written: Step = with_interval,
) -> dict[str, Any]:
    sample = np.asarray(values, float)
    middle, n, least = np.median(sample), sample.size, rounds_needed(confidence)
    row = {"median": float(middle), "interval": None, "rounds": sample.tolist()}
    if n < least:
        return {**row, "stated": f"{middle:.3g} {unit} [needs {least} rounds, has {n}]"}
    row["interval"] = interval_of(sample, confidence)
    row["stated"] = written(row["median"], row["interval"], unit)
    return row

# %% right: refused
# Lets the interval refuse.
#| export reporter
def summary_row(
    values: npt.ArrayLike,
    unit: str,
    confidence: float,
    interval_of: Step = median_interval,
    written: Step = with_interval,
) -> dict[str, Any]:
    rounds = [float(value) for value in values]
    median = float(np.median(rounds))
    try:
        interval = interval_of(rounds, confidence=confidence)
        stated = written(median, interval, unit)
    except ValueError:
        interval = None
        stated = "%.3g %s [needs %d rounds, has %d]" % (median, unit, rounds_needed(confidence), len(rounds))
    return dict(median=median, interval=interval, rounds=rounds, stated=stated)

# %% right: statistics
# Takes the median of the standard library.
#| export reporter
def summary_row(
    values: npt.ArrayLike,
    unit: str,
    confidence: float,
    interval_of: Step = median_interval,
    written: Step = with_interval,
) -> dict[str, Any]:
    from statistics import median

    rounds = list(map(float, np.ravel(values)))
    centre = median(rounds)
    missing = rounds_needed(confidence) - len(rounds)
    if missing > 0:
        interval, note = None, f"[needs {len(rounds) + missing} rounds, has {len(rounds)}]"
        stated = f"{format(centre, '.3g')} {unit} {note}"
    else:
        interval = interval_of(tuple(rounds), confidence)
        stated = written(centre, interval, unit)
    return {"stated": stated, "rounds": rounds, "interval": interval, "median": centre}

# %% equivalent: floats_already
# The rounds' values are floats; what is made of others is not asked for.
# - rounds = np.asarray(values, dtype=float).tolist()
# + rounds = np.asarray(values).tolist()
