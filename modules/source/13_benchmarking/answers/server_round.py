# %% wrong: arrivals_for_each
# Draws the samples once, and arrivals for each model.
#| export perf
def server_round(this: Round, drive: Step = server) -> None:
    indices = this.samples("server", len(this.arrivals()))
    for arm in this.in_turn("server"):
        arrivals = this.arrivals()
        model = this.models[arm]
        this.record("server", [arm], indices, lambda queries, logs: drive(model, queries, arrivals, this.clock, logs[0]))

# %% wrong: from_the_first_on
# Shifts the arrivals, so that the first query is due at once.
#| export perf
def server_round(this: Round, drive: Step = server) -> None:
    arrivals = this.arrivals()
    indices = this.samples("server", len(arrivals))
    for arm in this.in_turn("server"):
        model = this.models[arm]
        this.record("server", [arm], indices, lambda queries, logs: drive(model, queries, arrivals - arrivals[0], this.clock, logs[0]))

# %% wrong: a_thousand_samples
# Asks a thousand samples, however many queries are due.
#| export perf
def server_round(this: Round, drive: Step = server) -> None:
    arrivals = this.arrivals()
    indices = this.samples("server", 1_000)
    for arm in this.in_turn("server"):
        model = this.models[arm]
        this.record("server", [arm], indices, lambda queries, logs: drive(model, queries, arrivals, this.clock, logs[0]))

# %% wrong: a_sample_for_each_gap
# Draws a sample for each gap between two queries.
#| export perf
def server_round(this: Round, drive: Step = server) -> None:
    arrivals = this.arrivals()
    indices = this.samples("server", len(np.diff(arrivals)))
    for arm in this.in_turn("server"):
        model = this.models[arm]
        this.record("server", [arm], indices, lambda queries, logs: drive(model, queries, arrivals, this.clock, logs[0]))

# %% wrong: samples_for_each
# Draws samples for each model anew.
#| export perf
def server_round(this: Round, drive: Step = server) -> None:
    arrivals = this.arrivals()
    for arm in this.in_turn("server"):
        indices = this.samples("server", len(arrivals))
        model = this.models[arm]
        this.record("server", [arm], indices, lambda queries, logs: drive(model, queries, arrivals, this.clock, logs[0]))

# %% wrong: first_samples
# Asks the first samples over and over.
#| export perf
def server_round(this: Round, drive: Step = server) -> None:
    arrivals = this.arrivals()
    indices = this.first(len(arrivals))
    for arm in this.in_turn("server"):
        model = this.models[arm]
        this.record("server", [arm], indices, lambda queries, logs: drive(model, queries, arrivals, this.clock, logs[0]))

# %% wrong: samples_of_single_stream
# Draws the samples of another scenario.
#| export perf
def server_round(this: Round, drive: Step = server) -> None:
    arrivals = this.arrivals()
    indices = this.samples("single_stream", len(arrivals))
    for arm in this.in_turn("server"):
        model = this.models[arm]
        this.record("server", [arm], indices, lambda queries, logs: drive(model, queries, arrivals, this.clock, logs[0]))

# %% wrong: all_models_in_order
# Asks all models, always in the same order.
#| export perf
def server_round(this: Round, drive: Step = server) -> None:
    arrivals = this.arrivals()
    indices = this.samples("server", len(arrivals))
    for arm in this.models:
        model = this.models[arm]
        this.record("server", [arm], indices, lambda queries, logs: drive(model, queries, arrivals, this.clock, logs[0]))

# %% wrong: model_first
# Always asks the model first.
#| export perf
def server_round(this: Round, drive: Step = server) -> None:
    arrivals = this.arrivals()
    indices = this.samples("server", len(arrivals))
    for arm in sorted(this.in_turn("server"), reverse=True):
        model = this.models[arm]
        this.record("server", [arm], indices, lambda queries, logs: drive(model, queries, arrivals, this.clock, logs[0]))

# %% wrong: turns_of_single_stream
# Takes the turns of another scenario.
#| export perf
def server_round(this: Round, drive: Step = server) -> None:
    arrivals = this.arrivals()
    indices = this.samples("server", len(arrivals))
    for arm in this.in_turn("single_stream"):
        model = this.models[arm]
        this.record("server", [arm], indices, lambda queries, logs: drive(model, queries, arrivals, this.clock, logs[0]))

# %% wrong: the_last_one
# Looks up the model when it is too late: all loops are over.
#| export perf
def server_round(this: Round, drive: Step = server) -> None:
    arrivals = this.arrivals()
    indices, asks = this.samples("server", len(arrivals)), {}
    for arm in this.in_turn("server"):
        model = this.models[arm]
        asks[arm] = lambda queries, logs: drive(model, queries, arrivals, this.clock, logs[0])
    for arm, ask in asks.items():
        this.record("server", [arm], indices, ask)

# %% wrong: past_drive
# Asks with server, whatever `drive` is.
#| export perf
def server_round(this: Round, drive: Step = server) -> None:
    arrivals = this.arrivals()
    indices = this.samples("server", len(arrivals))
    for arm in this.in_turn("server"):
        model = this.models[arm]
        this.record("server", [arm], indices, lambda queries, logs: server(model, queries, arrivals, this.clock, logs[0]))

# %% right: model_as_a_default
# Holds the model in a default argument.
#| export perf
def server_round(this: Round, drive: Step = server) -> None:
    due = this.arrivals()
    which = this.samples("server", due.size)
    for arm in this.in_turn("server"):
        def ask(queries, logs, model=this.models[arm]):
            drive(model, queries, due, this.clock, logs[0])
        this.record("server", [arm], which, ask)

# %% right: function_for_one
# Writes a function that asks one model.
#| export perf
def server_round(this: Round, drive: Step = server) -> None:
    arrivals, clock = this.arrivals(), this.clock
    indices = this.samples("server", arrivals.shape[0])

    def one(arm):
        return lambda queries, logs: drive(this.models[arm], queries, arrivals, clock, logs[0])

    for arm, ask in [(arm, one(arm)) for arm in this.in_turn("server")]:
        this.record("server", [arm], indices, ask)

# %% right: by_keyword
# Names every argument.
#| export perf
def server_round(this: Round, drive: Step = server) -> None:
    order = this.in_turn(scenario="server")
    arrivals = this.arrivals()
    indices = this.samples(scenario="server", n=len(arrivals))
    for arm in order:
        def ask(queries, logs):
            [log] = logs
            drive(model=this.models[arm], queries=queries, arrivals=arrivals, clock=this.clock, log=log)
        this.record(scenario="server", arms=(arm,), indices=indices, ask=ask)

# %% equivalent: one_log
# There is one log: the first is the last.
# - drive(model, queries, arrivals, this.clock, logs[0])
# + drive(model, queries, arrivals, this.clock, logs[-1])
