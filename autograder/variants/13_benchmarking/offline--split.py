# Cuts the samples up beforehand.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    n = len(inputs)
    log.scheduled[:] = [clock.now_ns()] * n
    first = 0
    for batch in np.split(inputs, range(batch_size, n, batch_size)):
        end = first + len(batch)
        issued = clock.now_ns()
        outputs = model(batch)
        completed = clock.now_ns()
        log.issued[first:end], log.completed[first:end], log.outputs[first] = issued, completed, outputs
        first = end
