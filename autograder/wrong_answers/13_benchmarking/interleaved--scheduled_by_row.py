# Schedules both when the row begins: the second pays for the first.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for i, query in enumerate(queries):
        row = clock.now_ns()
        for arm in order[i]:
            log = logs[arm]
            log.scheduled[i] = log.issued[i] = row
            log.outputs[i] = models[arm](query)
            log.completed[i] = clock.now_ns()
