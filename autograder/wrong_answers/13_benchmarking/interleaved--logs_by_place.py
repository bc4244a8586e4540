# Logs by the place in the row, not by the model.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for i, query in enumerate(queries):
        for log, arm in zip(logs, order[i]):
            log.scheduled[i] = log.issued[i] = clock.now_ns()
            log.outputs[i] = models[arm](query)
            log.completed[i] = clock.now_ns()
