# %% wrong: always_the_same_order
# Ignores the order: the first model always goes first.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for i, query in enumerate(queries):
        for model, log in zip(models, logs):
            log.scheduled[i] = log.issued[i] = clock.now_ns()
            log.outputs[i] = model(query)
            log.completed[i] = clock.now_ns()

# %% wrong: blocks
# All queries to the first model, then all to the second: AAAA BBBB.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for arm, model in enumerate(models):
        for i, query in enumerate(queries):
            logs[arm].scheduled[i] = logs[arm].issued[i] = clock.now_ns()
            logs[arm].outputs[i] = model(query)
            logs[arm].completed[i] = clock.now_ns()

# %% wrong: logs_by_place
# Logs by the place in the row, not by the model.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for i, query in enumerate(queries):
        for log, arm in zip(logs, order[i]):
            log.scheduled[i] = log.issued[i] = clock.now_ns()
            log.outputs[i] = models[arm](query)
            log.completed[i] = clock.now_ns()

# %% wrong: next_query_for_the_second
# The second model of a row gets the query after.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for i in range(len(queries)):
        for place, arm in enumerate(order[i]):
            log = logs[arm]
            log.scheduled[i] = log.issued[i] = clock.now_ns()
            log.outputs[i] = models[arm](queries[(i + place) % len(queries)])
            log.completed[i] = clock.now_ns()

# %% wrong: one_model_a_query
# Gives each query to one model only, by the coin.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for i, query in enumerate(queries):
        arm = int(order[i][0])
        logs[arm].scheduled[i] = logs[arm].issued[i] = clock.now_ns()
        logs[arm].outputs[i] = models[arm](query)
        logs[arm].completed[i] = clock.now_ns()

# %% wrong: scheduled_by_row
# Schedules both when the row begins: the second pays for the first.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for i, query in enumerate(queries):
        row = clock.now_ns()
        for arm in order[i]:
            log = logs[arm]
            log.scheduled[i] = log.issued[i] = row
            log.outputs[i] = models[arm](query)
            log.completed[i] = clock.now_ns()

# %% wrong: outputs_lost
# Times the models and throws their outputs away.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for i, query in enumerate(queries):
        for arm in order[i]:
            log = logs[arm]
            log.scheduled[i] = log.issued[i] = clock.now_ns()
            models[arm](query)
            log.completed[i] = clock.now_ns()

# %% wrong: two_models
# Writes for two models, however many there are.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for i, query in enumerate(queries):
        for place in (0, 1):
            arm = int(order[i, place])
            logs[arm].scheduled[i] = logs[arm].issued[i] = clock.now_ns()
            logs[arm].outputs[i] = models[arm](query)
            logs[arm].completed[i] = clock.now_ns()

# %% right: range
# Loops over numbers only.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for query in range(len(queries)):
        for place in range(len(models)):
            arm = int(order[query, place])
            logs[arm].scheduled[query] = clock.now_ns()
            logs[arm].issued[query] = clock.now_ns()
            logs[arm].outputs[query] = models[arm](queries[query])
            logs[arm].completed[query] = clock.now_ns()

# %% right: single_stream_each
# Flattens rows and arms into one loop.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for turn, arm in enumerate(np.asarray(order).ravel().tolist()):
        i = turn // len(models)
        begin = clock.now_ns()
        logs[arm].outputs[i] = models[arm](queries[i])
        logs[arm].completed[i] = clock.now_ns()
        logs[arm].scheduled[i] = logs[arm].issued[i] = begin

# %% right: zip_rows
# Pairs queries and rows.
#| export loadgen
def interleaved(
    models: Sequence[Model], queries: Sequence[Array], order: IntArray, clock: Clock, logs: Sequence[QueryLog]
) -> None:
    for i, (query, row) in enumerate(zip(queries, order.tolist())):
        for arm in row:
            model, log = models[arm], logs[arm]
            now = clock.now_ns()
            log.scheduled[i], log.issued[i] = now, now
            log.outputs[i] = model(query)
            log.completed[i] = clock.now_ns()

# %% equivalent: lengths
# There are as many models as logs, and as many rows as queries; other lengths are nobody's call.
# - for model, log in zip(models, logs, strict=True):
# + for model, log in zip(models, logs):
# + for model, log in zip(models, logs, strict=False):

# %% equivalent: lengths_2
# There are as many models as logs, and as many rows as queries; other lengths are nobody's call.
# - for i, (query, turns) in enumerate(zip(queries, order, strict=True)):
# + for i, (query, turns) in enumerate(zip(queries, order)):
# + for i, (query, turns) in enumerate(zip(queries, order, strict=False)):
