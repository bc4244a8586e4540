# Moves a window over the samples.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    begin = clock.now_ns()
    position = 0
    while position < len(inputs):
        batch = inputs[position : position + batch_size]
        given = clock.now_ns()
        log.outputs[position] = model(batch)
        ended = clock.now_ns()
        for i in range(position, position + len(batch)):
            log.scheduled[i] = begin
            log.issued[i] = given
            log.completed[i] = ended
        position += len(batch)
