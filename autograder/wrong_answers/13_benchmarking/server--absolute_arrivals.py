# Takes the arrivals for times of the clock.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    for i, query in enumerate(queries):
        log.scheduled[i] = int(arrivals_ns[i])
        clock.wait_until_ns(log.scheduled[i])
        log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()
