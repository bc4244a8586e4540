# Counts batches and rounds their number up.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for k in range(math.ceil(len(inputs) / batch_size)):
        a, b = k * batch_size, min((k + 1) * batch_size, len(inputs))
        log.scheduled[a:b] = start
        log.issued[a:b] = clock.now_ns()
        log.outputs[a] = model(inputs[a:b])
        log.completed[a:b] = clock.now_ns()
