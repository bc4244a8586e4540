# Rounds up by dividing downwards.
#| export rounds
def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    reserve = int(-(-1.25 * min_duration_ns // latency_ns))
    return sorted([min_queries, reserve])[-1]
