# Gives the model one sample at a time.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    log.scheduled[:] = clock.now_ns()
    for i in range(len(inputs)):
        log.issued[i] = clock.now_ns()
        log.outputs[i] = model(inputs[i : i + 1])
        log.completed[i] = clock.now_ns()
