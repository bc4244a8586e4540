# Flattens rows and arms into one loop.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for turn, arm in enumerate(np.asarray(order).ravel().tolist()):
        i = turn // len(models)
        begin = clock.now_ns()
        logs[arm].outputs[i] = models[arm](queries[i])
        logs[arm].completed[i] = clock.now_ns()
        logs[arm].scheduled[i] = logs[arm].issued[i] = begin
