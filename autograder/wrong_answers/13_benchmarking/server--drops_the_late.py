# Skips queries that are late already.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for i, query in enumerate(queries):
        log.scheduled[i] = start + int(arrivals_ns[i])
        if clock.now_ns() > log.scheduled[i]:
            log.issued[i] = log.completed[i] = clock.now_ns()
            continue
        clock.wait_until_ns(log.scheduled[i])
        log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()
