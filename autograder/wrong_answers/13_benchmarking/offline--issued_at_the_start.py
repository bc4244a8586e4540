# Calls every sample issued when the run starts.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    log.scheduled[:] = log.issued[:] = clock.now_ns()
    for first in range(0, len(inputs), batch_size):
        batch = slice(first, first + batch_size)
        log.outputs[first] = model(inputs[batch])
        log.completed[batch] = clock.now_ns()
