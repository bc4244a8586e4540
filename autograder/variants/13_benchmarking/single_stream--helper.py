# Keeps the timing of one query in a function of its own.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    def serve(i: int, query: Array) -> None:
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()

    for i, query in enumerate(queries):
        serve(i, query)
