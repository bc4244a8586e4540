# All queries to the first model, then all to the second: AAAA BBBB.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for arm, model in enumerate(models):
        for i, query in enumerate(queries):
            logs[arm].scheduled[i] = logs[arm].issued[i] = clock.now_ns()
            logs[arm].outputs[i] = model(query)
            logs[arm].completed[i] = clock.now_ns()
