# Writes the schedule down before the first query.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    begin = clock.now_ns()
    for i, arrival in enumerate(arrivals_ns):
        log.scheduled[i] = begin + int(arrival)
    for i, query in enumerate(queries):
        clock.wait_until_ns(log.scheduled[i])
        log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()
