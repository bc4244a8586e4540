# Schedules every query at the start, so each latency holds all that went before.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for i, query in enumerate(queries):
        log.scheduled[i] = start
        log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()
