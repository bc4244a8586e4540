# %% wrong: duration_only
# Ignores the number.
#| export perf
def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    return math.ceil(1.25 * min_duration_ns / latency_ns)

# %% wrong: reserve_on_both
# Adds the quarter to the number as well.
#| export perf
def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    return math.ceil(1.25 * max(min_queries, min_duration_ns / latency_ns))

# %% wrong: rounds_down
# Rounds down.
#| export perf
def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    return max(min_queries, int(1.25 * min_duration_ns / latency_ns))

# %% wrong: smaller_of_both
# Takes the smaller of the two.
#| export perf
def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    return min(min_queries, math.ceil(1.25 * min_duration_ns / latency_ns))

# %% wrong: sum_of_both
# Adds the two.
#| export perf
def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    return min_queries + math.ceil(1.25 * min_duration_ns / latency_ns)

# %% wrong: no_reserve
# Keeps nothing in reserve.
#| export perf
def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    return max(min_queries, math.ceil(min_duration_ns / latency_ns))

# %% wrong: rounds_twice
# Rounds up before the quarter is added, and again after it.
#| export perf
def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    return max(min_queries, math.ceil(1.25 * math.ceil(min_duration_ns / latency_ns)))

# %% right: compare
# Compares instead of taking the maximum.
#| export perf
def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    for_duration = math.ceil(min_duration_ns * 5 / 4 / latency_ns)
    if for_duration > min_queries:
        return for_duration
    return min_queries

# %% right: floor_division
# Rounds up by dividing downwards.
#| export perf
def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    reserve = int(-(-1.25 * min_duration_ns // latency_ns))
    return sorted([min_queries, reserve])[-1]

# %% right: numpy
# Rounds with numpy.
#| export perf
def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    return int(max(min_queries, np.ceil(1.25 * (min_duration_ns / latency_ns))))
