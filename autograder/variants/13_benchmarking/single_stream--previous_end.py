# The end of one query is the start of the next.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    now = clock.now_ns()
    for k in range(len(queries)):
        log.scheduled[k] = now
        log.issued[k] = now
        log.outputs[k] = model(queries[k])
        now = clock.now_ns()
        log.completed[k] = now
