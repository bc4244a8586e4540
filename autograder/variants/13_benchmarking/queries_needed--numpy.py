# Rounds with numpy.
#| export rounds
def queries_needed(latency_ns: float, min_queries: int, min_duration_ns: int) -> int:
    return int(max(min_queries, np.ceil(1.25 * (min_duration_ns / latency_ns))))
