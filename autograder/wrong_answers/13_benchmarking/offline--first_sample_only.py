# Logs the completion of a batch for its first sample alone.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    log.scheduled[:] = clock.now_ns()
    for first in range(0, len(inputs), batch_size):
        batch = slice(first, first + batch_size)
        log.issued[batch] = clock.now_ns()
        log.outputs[first] = model(inputs[batch])
        log.completed[first] = clock.now_ns()
