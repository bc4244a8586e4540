# The second model of a row gets the query after.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for i in range(len(queries)):
        for place, arm in enumerate(order[i]):
            log = logs[arm]
            log.scheduled[i] = log.issued[i] = clock.now_ns()
            log.outputs[i] = models[arm](queries[(i + place) % len(queries)])
            log.completed[i] = clock.now_ns()
