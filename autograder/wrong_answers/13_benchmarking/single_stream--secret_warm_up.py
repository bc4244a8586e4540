# Serves the first query once more, outside the log.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    model(queries[0])
    for i, query in enumerate(queries):
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()
