# %% wrong: kept_among_the_measured
# Records the calls as Single-Stream, so they are kept among what is measured.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    start = this.clock.now_ns()
    model, latencies = this.models[arm], []
    for _ in range(5):
        [run] = this.record("single_stream", [arm], this.first(10), lambda queries, logs: drive(model, queries, this.clock, logs[0]))
        latencies.append(run.latency_ns)
        if this.clock.now_ns() - start >= 200 * NS_PER_MS:
            break
    return np.concatenate(latencies)

# %% wrong: one_at_a_time
# Five times one query.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    start = this.clock.now_ns()
    model, latencies = this.models[arm], []
    for _ in range(5):
        [run] = this.record("warm-up", [arm], this.first(1), lambda queries, logs: drive(model, queries, this.clock, logs[0]))
        latencies.append(run.latency_ns)
        if this.clock.now_ns() - start >= 200 * NS_PER_MS:
            break
    return np.concatenate(latencies)

# %% wrong: past_drive
# Asks with single_stream, whatever `drive` is.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    start = this.clock.now_ns()
    model, latencies = this.models[arm], []
    for _ in range(5):
        [run] = this.record("warm-up", [arm], this.first(10), lambda queries, logs: single_stream(model, queries, this.clock, logs[0]))
        latencies.append(run.latency_ns)
        if this.clock.now_ns() - start >= 200 * NS_PER_MS:
            break
    return np.concatenate(latencies)

# %% wrong: not_timed
# Calls the model itself: nothing is in the log.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    start = this.clock.now_ns()
    model, latencies = this.models[arm], []
    for _ in range(5):
        [run] = this.record("warm-up", [arm], this.first(10), lambda queries, logs: [model(query) for query in queries])
        latencies.append(run.latency_ns)
        if this.clock.now_ns() - start >= 200 * NS_PER_MS:
            break
    return np.concatenate(latencies)

# %% wrong: the_first_model
# Warms up the first model of the round for every arm.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    start = this.clock.now_ns()
    model, latencies = next(iter(this.models.values())), []
    for _ in range(5):
        [run] = this.record("warm-up", [arm], this.first(10), lambda queries, logs: drive(model, queries, this.clock, logs[0]))
        latencies.append(run.latency_ns)
        if this.clock.now_ns() - start >= 200 * NS_PER_MS:
            break
    return np.concatenate(latencies)

# %% wrong: four_times
# Forty calls at the most.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    start = this.clock.now_ns()
    model, latencies = this.models[arm], []
    for _ in range(4):
        [run] = this.record("warm-up", [arm], this.first(10), lambda queries, logs: drive(model, queries, this.clock, logs[0]))
        latencies.append(run.latency_ns)
        if this.clock.now_ns() - start >= 200 * NS_PER_MS:
            break
    return np.concatenate(latencies)

# %% wrong: time_alone
# Goes on until 200 ms have passed, however many calls that takes.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    start = this.clock.now_ns()
    model, latencies = this.models[arm], []
    for _ in range(10**6):
        [run] = this.record("warm-up", [arm], this.first(10), lambda queries, logs: drive(model, queries, this.clock, logs[0]))
        latencies.append(run.latency_ns)
        if this.clock.now_ns() - start >= 200 * NS_PER_MS:
            break
    return np.concatenate(latencies)

# %% wrong: always_fifty
# Never ends early.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    start = this.clock.now_ns()
    model, latencies = this.models[arm], []
    for _ in range(5):
        [run] = this.record("warm-up", [arm], this.first(10), lambda queries, logs: drive(model, queries, this.clock, logs[0]))
        latencies.append(run.latency_ns)
    return np.concatenate(latencies)

# %% wrong: each_ten_alone
# Ends when ten calls alone took 200 ms.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    start = this.clock.now_ns()
    model, latencies = this.models[arm], []
    for _ in range(5):
        start = this.clock.now_ns()
        [run] = this.record("warm-up", [arm], this.first(10), lambda queries, logs: drive(model, queries, this.clock, logs[0]))
        latencies.append(run.latency_ns)
        if this.clock.now_ns() - start >= 200 * NS_PER_MS:
            break
    return np.concatenate(latencies)

# %% wrong: clock_as_it_is
# Takes the clock's time for the time since the start.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    start = this.clock.now_ns()
    model, latencies = this.models[arm], []
    for _ in range(5):
        [run] = this.record("warm-up", [arm], this.first(10), lambda queries, logs: drive(model, queries, this.clock, logs[0]))
        latencies.append(run.latency_ns)
        if this.clock.now_ns() >= 200 * NS_PER_MS:
            break
    return np.concatenate(latencies)

# %% wrong: more_than_200_ms
# Goes on at 200 ms exactly.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    start = this.clock.now_ns()
    model, latencies = this.models[arm], []
    for _ in range(5):
        [run] = this.record("warm-up", [arm], this.first(10), lambda queries, logs: drive(model, queries, this.clock, logs[0]))
        latencies.append(run.latency_ns)
        if this.clock.now_ns() - start > 200 * NS_PER_MS:
            break
    return np.concatenate(latencies)

# %% wrong: ends_at_199_ms
# Ends a millisecond too early.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    start = this.clock.now_ns()
    model, latencies = this.models[arm], []
    for _ in range(5):
        [run] = this.record("warm-up", [arm], this.first(10), lambda queries, logs: drive(model, queries, this.clock, logs[0]))
        latencies.append(run.latency_ns)
        if this.clock.now_ns() - start >= 199 * NS_PER_MS:
            break
    return np.concatenate(latencies)

# %% wrong: last_ten
# Returns the last ten latencies alone.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    start = this.clock.now_ns()
    model, latencies = this.models[arm], []
    for _ in range(5):
        [run] = this.record("warm-up", [arm], this.first(10), lambda queries, logs: drive(model, queries, this.clock, logs[0]))
        latencies.append(run.latency_ns)
        if this.clock.now_ns() - start >= 200 * NS_PER_MS:
            break
    return latencies[-1]

# %% wrong: without_the_first
# Leaves the first ten out, because they were cold.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    start = this.clock.now_ns()
    model, latencies = this.models[arm], []
    for _ in range(5):
        [run] = this.record("warm-up", [arm], this.first(10), lambda queries, logs: drive(model, queries, this.clock, logs[0]))
        latencies.append(run.latency_ns)
        if this.clock.now_ns() - start >= 200 * NS_PER_MS:
            break
    return np.concatenate(latencies[1:])

# %% wrong: latest_first
# Returns the latest ten first.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    start = this.clock.now_ns()
    model, latencies = this.models[arm], []
    for _ in range(5):
        [run] = this.record("warm-up", [arm], this.first(10), lambda queries, logs: drive(model, queries, this.clock, logs[0]))
        latencies.append(run.latency_ns)
        if this.clock.now_ns() - start >= 200 * NS_PER_MS:
            break
    return np.concatenate(latencies[::-1])

# %% right: while_it_may
# Says in the condition when it goes on.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    begin, found = this.clock.now_ns(), []
    while len(found) < 50 and (not found or this.clock.now_ns() - begin < 0.2 * NS_PER_S):
        def ask(queries, logs):
            drive(this.models[arm], queries, this.clock, logs[0])
        runs = this.record("warm-up", [arm], this.first(10), ask)
        found.extend(runs[0].latency_ns.tolist())
    return np.array(found, dtype=np.int64)

# %% right: by_moments
# Takes the latencies from the moments of each run.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    end = this.clock.now_ns() + 200 * NS_PER_MS
    latency_ns = np.empty(0, dtype=np.int64)
    for _ in range(5):
        found = this.record(
            "warm-up", (arm,), this.first(10), lambda queries, logs: drive(this.models[arm], queries, this.clock, logs[0])
        )
        latency_ns = np.append(latency_ns, found[0].completed_ns - found[0].scheduled_ns)
        if this.clock.now_ns() >= end:
            break
    return latency_ns

# %% right: by_keyword
# Names every argument.
#| export perf
def warm_up(this: Round, arm: str, drive: Step = single_stream) -> IntArray:
    clock, runs = this.clock, []
    start = clock.now_ns()

    def ask(queries, logs):
        [log] = logs
        drive(model=this.models[arm], queries=queries, clock=clock, log=log)

    for _ in range(5):
        runs += this.record(scenario="warm-up", arms=[arm], indices=this.first(n=10), ask=ask)
        if not clock.now_ns() - start < 200_000_000:
            break
    return np.concatenate([run.latency_ns for run in runs])

# %% equivalent: one_log
# There is one log: the first is the last.
# - drive(model, queries, this.clock, logs[0])
# + drive(model, queries, this.clock, logs[-1])
