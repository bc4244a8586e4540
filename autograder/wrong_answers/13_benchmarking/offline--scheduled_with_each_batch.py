# Starts the latency of a batch when its turn comes.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    for first in range(0, len(inputs), batch_size):
        batch = slice(first, first + batch_size)
        log.scheduled[batch] = log.issued[batch] = clock.now_ns()
        log.outputs[first] = model(inputs[batch])
        log.completed[batch] = clock.now_ns()
