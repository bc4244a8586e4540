# Gives each query to one model only, by the coin.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for i, query in enumerate(queries):
        arm = int(order[i][0])
        logs[arm].scheduled[i] = logs[arm].issued[i] = clock.now_ns()
        logs[arm].outputs[i] = models[arm](query)
        logs[arm].completed[i] = clock.now_ns()
