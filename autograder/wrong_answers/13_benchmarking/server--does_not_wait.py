# Issues each query as soon as the last one is done, due or not.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for i, query in enumerate(queries):
        log.scheduled[i] = start + int(arrivals_ns[i])
        log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()
