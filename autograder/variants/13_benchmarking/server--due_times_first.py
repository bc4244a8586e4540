# Works the due times out beforehand.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    due_ns = (np.asarray(arrivals_ns) + clock.now_ns()).tolist()
    for i, (due, query) in enumerate(zip(due_ns, queries)):
        log.scheduled[i] = due
        clock.wait_until_ns(due)
        log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()
