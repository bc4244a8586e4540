# Loops over numbers only.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for query in range(len(queries)):
        for place in range(len(models)):
            arm = int(order[query, place])
            logs[arm].scheduled[query] = clock.now_ns()
            logs[arm].issued[query] = clock.now_ns()
            logs[arm].outputs[query] = models[arm](queries[query])
            logs[arm].completed[query] = clock.now_ns()
