# %% wrong: absolute_arrivals
# Takes the arrivals for times of the clock.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    for i, query in enumerate(queries):
        log.scheduled[i] = int(arrivals_ns[i])
        clock.wait_until_ns(log.scheduled[i])
        log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()

# %% wrong: closed_loop
# Counts each gap from the last answer, so a slow model gets fewer queries.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    gaps = np.diff(arrivals_ns, prepend=0)
    for i, query in enumerate(queries):
        log.scheduled[i] = clock.now_ns() + int(gaps[i])
        clock.wait_until_ns(log.scheduled[i])
        log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()

# %% wrong: completed_before_the_answer
# Reads the clock before the model has answered.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for i, query in enumerate(queries):
        log.scheduled[i] = start + int(arrivals_ns[i])
        clock.wait_until_ns(log.scheduled[i])
        log.issued[i] = log.completed[i] = clock.now_ns()
        log.outputs[i] = model(query)

# %% wrong: coordinated_omission
# Sets scheduled to issued: the wait behind a stalled query is not latency.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for i, query in enumerate(queries):
        clock.wait_until_ns(start + int(arrivals_ns[i]))
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()

# %% wrong: does_not_wait
# Issues each query as soon as the last one is done, due or not.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for i, query in enumerate(queries):
        log.scheduled[i] = start + int(arrivals_ns[i])
        log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()

# %% wrong: drops_the_late
# Skips queries that are late already.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for i, query in enumerate(queries):
        log.scheduled[i] = start + int(arrivals_ns[i])
        if clock.now_ns() > log.scheduled[i]:
            log.issued[i] = log.completed[i] = clock.now_ns()
            continue
        clock.wait_until_ns(log.scheduled[i])
        log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()

# %% wrong: issued_is_scheduled
# Writes down when a query was due as when the model got it.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for i, query in enumerate(queries):
        log.scheduled[i] = log.issued[i] = start + int(arrivals_ns[i])
        clock.wait_until_ns(log.scheduled[i])
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()

# %% wrong: outputs_lost
# Times the model and throws its outputs away.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for i, query in enumerate(queries):
        log.scheduled[i] = start + int(arrivals_ns[i])
        clock.wait_until_ns(log.scheduled[i])
        log.issued[i] = clock.now_ns()
        model(query)
        log.completed[i] = clock.now_ns()

# %% right: due_times_first
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

# %% right: schedule_all_then_serve
# Writes the schedule down before the first query.
#| export loadgen
def server(model: Model, queries: Sequence[Array], arrivals_ns: IntArray, clock: Clock, log: QueryLog) -> None:
    begin = clock.now_ns()
    for i, arrival in enumerate(arrivals_ns):
        log.scheduled[i] = begin + int(arrival)
    for i, query in enumerate(queries):
        clock.wait_until_ns(log.scheduled[i])
        log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()

# %% right: waits_only_when_early
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

# %% equivalent: sum
# A sum is the same in either order.
# - np.add(arrivals_ns, start, out=log.scheduled)
# + np.add(start, arrivals_ns, out=log.scheduled)

# %% equivalent: wait_for_what_is_past
# Waiting for a moment that is there or past changes nothing: the clock does not go back.
# - if free < scheduled[i]:
# + if True:
# + if free <= scheduled[i]:
