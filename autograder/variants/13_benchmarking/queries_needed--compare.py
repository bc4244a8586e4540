# Compares instead of taking the maximum.
#| export rounds
def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    for_duration = math.ceil(min_duration_ns * 5 / 4 / latency_ns)
    if for_duration > min_queries:
        return for_duration
    return min_queries
