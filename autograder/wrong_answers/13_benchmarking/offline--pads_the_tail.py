# Fills the last batch up with copies of the last sample.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    log.scheduled[:] = clock.now_ns()
    for first in range(0, len(inputs), batch_size):
        batch = inputs[first : first + batch_size]
        missing = batch_size - len(batch)
        end = first + len(batch)
        log.issued[first:end] = clock.now_ns()
        log.outputs[first] = model(np.concatenate([batch, np.repeat(batch[-1:], missing, axis=0)]))[: len(batch)]
        log.completed[first:end] = clock.now_ns()
