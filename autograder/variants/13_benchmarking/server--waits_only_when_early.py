# Leaves the clock alone when the query is late.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    t0 = clock.now_ns()
    for i in range(len(queries)):
        due = t0 + int(arrivals_ns[i])
        if clock.now_ns() < due:
            clock.wait_until_ns(due)
        got = clock.now_ns()
        answer_of_model = model(queries[i])
        log.scheduled[i], log.issued[i], log.completed[i] = due, got, clock.now_ns()
        log.outputs[i] = answer_of_model
