# Ignores the duration.
#| export rounds
def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    return min_queries
