# Ignores the order: the first model always goes first.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for i, query in enumerate(queries):
        for model, log in zip(models, logs):
            log.scheduled[i] = log.issued[i] = clock.now_ns()
            log.outputs[i] = model(query)
            log.completed[i] = clock.now_ns()
