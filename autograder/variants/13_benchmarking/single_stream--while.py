# Counts by hand.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    position = 0
    while position < len(queries):
        begin = clock.now_ns()
        result = model(queries[position])
        end = clock.now_ns()
        log.scheduled[position] = begin
        log.issued[position] = begin
        log.completed[position] = end
        log.outputs[position] = result
        position += 1
