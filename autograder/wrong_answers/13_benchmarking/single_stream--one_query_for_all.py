# Serves the first query again and again.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    for i in range(len(queries)):
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        log.outputs[i] = model(queries[0])
        log.completed[i] = clock.now_ns()
