# Pairs queries and rows.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for i, (query, row) in enumerate(zip(queries, order.tolist())):
        for arm in row:
            model, log = models[arm], logs[arm]
            now = clock.now_ns()
            log.scheduled[i], log.issued[i] = now, now
            log.outputs[i] = model(query)
            log.completed[i] = clock.now_ns()
