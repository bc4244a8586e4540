# %% wrong: all_scheduled_at_start
# Schedules every query at the start, so each latency holds all that went before.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for i, query in enumerate(queries):
        log.scheduled[i] = start
        log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()

# %% wrong: completed_before_the_answer
# Reads the clock before the model has answered.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    for i, query in enumerate(queries):
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        log.completed[i] = clock.now_ns()
        log.outputs[i] = model(query)

# %% wrong: issued_after_the_answer
# Calls the time of the answer the time of issue.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    for i, query in enumerate(queries):
        log.scheduled[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.issued[i] = log.completed[i] = clock.now_ns()

# %% wrong: one_query_for_all
# Serves the first query again and again.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    for i in range(len(queries)):
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        log.outputs[i] = model(queries[0])
        log.completed[i] = clock.now_ns()

# %% wrong: one_stopwatch
# Times the whole loop once and gives every query the mean.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for i, query in enumerate(queries):
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
    each = (clock.now_ns() - start) // len(queries)
    for i in range(len(queries)):
        log.completed[i] = log.issued[i] + each

# %% wrong: outputs_lost
# Times the model and throws its outputs away.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    for i, query in enumerate(queries):
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        model(query)
        log.completed[i] = clock.now_ns()

# %% wrong: secret_warm_up
# Serves the first query once more, outside the log.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    model(queries[0])
    for i, query in enumerate(queries):
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()

# %% right: helper
# Keeps the timing of one query in a function of its own.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    def serve(i: int, query: Array) -> None:
        log.scheduled[i] = log.issued[i] = clock.now_ns()
        log.outputs[i] = model(query)
        log.completed[i] = clock.now_ns()

    for i, query in enumerate(queries):
        serve(i, query)

# %% right: previous_end
# The end of one query is the start of the next.
#| export loadgen
def single_stream(model: Model, queries: Sequence[Array], clock: Clock, log: QueryLog) -> None:
    now = clock.now_ns()
    for k in range(len(queries)):
        log.scheduled[k] = now
        log.issued[k] = now
        log.outputs[k] = model(queries[k])
        now = clock.now_ns()
        log.completed[k] = now

# %% right: while
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
