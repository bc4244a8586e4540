# Stores outputs at the number of the batch, not at its first sample.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    log.scheduled[:] = clock.now_ns()
    for number, first in enumerate(range(0, len(inputs), batch_size)):
        batch = slice(first, first + batch_size)
        log.issued[batch] = clock.now_ns()
        log.outputs[number] = model(inputs[batch])
        log.completed[batch] = clock.now_ns()
