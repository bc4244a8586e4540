# Writes down when a query was due as when the model got it.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for i, query in enumerate(queries):
        log.scheduled[i] = log.issued[i] = start + int(arrivals_ns[i])
        clock.wait_until_ns(log.scheduled[i])
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()
