# %% wrong: bonferroni
# Multiplies every p value by their number.
#| export comparison
def holm(p_values: Sequence[float]) -> list[float]:
    return [min(1.0, len(p_values) * p) for p in p_values]

# %% wrong: from_the_largest
# Multiplies the largest by m and the smallest by 1.
#| export comparison
def holm(p_values: Sequence[float]) -> list[float]:
    rank = np.argsort(np.argsort(p_values))
    scaled = [min(1.0, (int(r) + 1) * p) for r, p in zip(rank, p_values)]
    return [max(s for s, q in zip(scaled, p_values) if q <= p) for p in p_values]

# %% wrong: no_running_maximum
# Lets a larger p value end up with a smaller adjusted one.
#| export comparison
def holm(p_values: Sequence[float]) -> list[float]:
    m, adjusted = len(p_values), [0.0] * len(p_values)
    for rank, i in enumerate(np.argsort(p_values)):
        adjusted[i] = min(1.0, (m - rank) * p_values[i])
    return adjusted

# %% wrong: over_one
# Leaves adjusted values above 1.
#| export comparison
def holm(p_values: Sequence[float]) -> list[float]:
    m, so_far, adjusted = len(p_values), 0.0, [0.0] * len(p_values)
    for rank, i in enumerate(np.argsort(p_values)):
        so_far = max(so_far, (m - rank) * p_values[i])
        adjusted[i] = so_far
    return adjusted

# %% wrong: sorted_order
# Returns the adjusted values from the smallest to the largest.
#| export comparison
def holm(p_values: Sequence[float]) -> list[float]:
    m, so_far, adjusted = len(p_values), 0.0, []
    for rank, p in enumerate(sorted(p_values)):
        so_far = max(so_far, min(1.0, (m - rank) * p))
        adjusted.append(so_far)
    return adjusted

# %% wrong: argsort_for_ranks
# Takes what argsort says, where the smallest is, for the rank of each.
#| export comparison
def holm(p_values: Sequence[float]) -> list[float]:
    m, ranks = len(p_values), np.argsort(p_values)
    scaled = [min(1.0, (m - int(rank)) * p) for rank, p in zip(ranks, p_values)]
    return [max(s for s, q in zip(scaled, p_values) if q <= p) for p in p_values]

# %% right: accumulate
# Takes the running maximum with numpy.
#| export comparison
def holm(p_values: Sequence[float]) -> list[float]:
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1)
    return adjusted.tolist()

# %% right: by_definition
# For each, the largest of what came before in order of size.
#| export comparison
def holm(p_values: Sequence[float]) -> list[float]:
    m = len(p_values)
    ordered = sorted(p_values)
    stepped = [(m - k) * p for k, p in enumerate(ordered)]
    return [min(1.0, max(stepped[: ordered.index(p) + 1])) for p in p_values]

# %% right: dictionary
# Steps down and remembers where each came from.
#| export comparison
def holm(p_values: Sequence[float]) -> list[float]:
    found: dict[int, float] = {}
    left = len(p_values)
    previous = 0.0
    for value, where in sorted((float(p), i) for i, p in enumerate(p_values)):
        previous = min(1.0, max(previous, left * value))
        found[where] = previous
        left -= 1
    return [found[i] for i in range(len(p_values))]

# %% equivalent: what_is_refused
# Neither the prompt nor the docstring says what is refused.
# - if not all((0 <= p <= 1 for p in p_values)):
# + if False:
# + if not all((-1 <= p <= 1 for p in p_values)):
# + if not all((0 <= p <= 2 for p in p_values)):

# %% equivalent: what_is_refused_2
# Neither the prompt nor the docstring says what is refused.
# - raise ValueError(f'p-values lie between 0 and 1, got {list(p_values)}')
# + raise RuntimeError(f'p-values lie between 0 and 1, got {list(p_values)}')

# %% equivalent: written_over
# Each place is written once, and no p-value is below 0.
# - adjusted, largest = ([0.0] * len(p_values), 0.0)
# + adjusted, largest = ([1.0] * len(p_values), 0.0)
# + adjusted, largest = ([-1.0] * len(p_values), 0.0)
# + adjusted, largest = ([0.0] * len(p_values), -1.0)

# %% equivalent: ties
# Equal p-values get the same adjusted value in any order; of the kind numpy reads the first letter.
# - for rank, i in enumerate(np.argsort(p_values, kind='stable').tolist()):
# + for rank, i in enumerate(np.argsort(p_values).tolist()):
# + for rank, i in enumerate(np.argsort(p_values, kind='stableXX').tolist()):
