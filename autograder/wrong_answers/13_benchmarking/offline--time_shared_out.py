# Divides the time of a batch among its samples.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    log.scheduled[:] = clock.now_ns()
    for first in range(0, len(inputs), batch_size):
        batch = slice(first, first + batch_size)
        begin = clock.now_ns()
        log.issued[batch] = begin
        log.outputs[first] = model(inputs[batch])
        n = len(inputs[batch])
        log.completed[batch] = begin + (clock.now_ns() - begin) * np.arange(1, n + 1) // n
