# Keeps nothing in reserve.
#| export rounds
def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    return max(min_queries, math.ceil(min_duration_ns / latency_ns))
