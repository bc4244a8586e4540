# Counts each gap from the last answer, so a slow model gets fewer queries.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    gaps = np.diff(arrivals_ns, prepend=0)
    for i, query in enumerate(queries):
        log.scheduled[i] = clock.now_ns() + int(gaps[i])
        clock.wait_until_ns(log.scheduled[i])
        log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()
