# Times the whole loop once and gives every query the mean.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for i, query in enumerate(queries):
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
    each = (clock.now_ns() - start) // len(queries)
    for i in range(len(queries)):
        log.completed[i] = log.issued[i] + each
