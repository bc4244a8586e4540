# Times the model and throws its outputs away.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    for i, query in enumerate(queries):
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        model(query)
        log.completed[i] = clock.now_ns()
