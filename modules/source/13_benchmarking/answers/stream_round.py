# %% wrong: pace_of_the_slowest
# Counts a query as long as the slowest model takes.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    n = this.enough(max(this.pace_ns.values()))
    order, indices = this.coins(n), this.samples("single_stream", n)
    this.record("single_stream", list(this.models), indices, lambda queries, logs: drive(list(this.models.values()), queries, order, this.clock, logs))

# %% wrong: mean_pace
# Counts a query as long as a model takes on average.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    n = this.enough(float(np.mean(list(this.pace_ns.values()))))
    order, indices = this.coins(n), this.samples("single_stream", n)
    this.record("single_stream", list(this.models), indices, lambda queries, logs: drive(list(this.models.values()), queries, order, this.clock, logs))

# %% wrong: pace_of_the_model
# Counts a query as long as the model takes, without the others.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    n = this.enough(this.pace_ns["model"])
    order, indices = this.coins(n), this.samples("single_stream", n)
    this.record("single_stream", list(this.models), indices, lambda queries, logs: drive(list(this.models.values()), queries, order, this.clock, logs))

# %% wrong: a_thousand_samples
# Asks a thousand samples, whatever is enough.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    n = this.enough(sum(this.pace_ns.values()))
    order, indices = this.coins(n), this.samples("single_stream", 1_000)
    this.record("single_stream", list(this.models), indices, lambda queries, logs: drive(list(this.models.values()), queries, order, this.clock, logs))

# %% wrong: a_share_for_each
# Divides the queries among the models.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    n = this.enough(sum(this.pace_ns.values())) // len(this.models)
    order, indices = this.coins(n), this.samples("single_stream", n)
    this.record("single_stream", list(this.models), indices, lambda queries, logs: drive(list(this.models.values()), queries, order, this.clock, logs))

# %% wrong: one_after_the_other
# Gives each model the machine to itself.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    n = this.enough(sum(this.pace_ns.values()))
    this.coins(n)
    indices = this.samples("single_stream", n)
    for arm, model in this.models.items():
        alone = np.zeros((n, 1), dtype=np.int64)
        this.record("single_stream", [arm], indices, lambda queries, logs: drive([model], queries, alone, this.clock, logs))

# %% wrong: arms_in_order_of_names
# Records under the names of others.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    n = this.enough(sum(this.pace_ns.values()))
    order, indices = this.coins(n), this.samples("single_stream", n)
    this.record("single_stream", sorted(this.models), indices, lambda queries, logs: drive(list(this.models.values()), queries, order, this.clock, logs))

# %% wrong: other_scenario
# Records as the warm-up, which is kept nowhere.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    n = this.enough(sum(this.pace_ns.values()))
    order, indices = this.coins(n), this.samples("single_stream", n)
    this.record("warm-up", list(this.models), indices, lambda queries, logs: drive(list(this.models.values()), queries, order, this.clock, logs))

# %% wrong: first_samples
# Asks the first samples over and over.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    n = this.enough(sum(this.pace_ns.values()))
    order, indices = this.coins(n), this.first(n)
    this.record("single_stream", list(this.models), indices, lambda queries, logs: drive(list(this.models.values()), queries, order, this.clock, logs))

# %% wrong: samples_of_server
# Draws the samples of another scenario.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    n = this.enough(sum(this.pace_ns.values()))
    order, indices = this.coins(n), this.samples("server", n)
    this.record("single_stream", list(this.models), indices, lambda queries, logs: drive(list(this.models.values()), queries, order, this.clock, logs))

# %% wrong: past_drive
# Asks with interleaved, whatever `drive` is.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    n = this.enough(sum(this.pace_ns.values()))
    order, indices = this.coins(n), this.samples("single_stream", n)
    this.record("single_stream", list(this.models), indices, lambda queries, logs: interleaved(list(this.models.values()), queries, order, this.clock, logs))

# %% wrong: logs_turned_round
# Gives each model the log of another.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    n = this.enough(sum(this.pace_ns.values()))
    order, indices = this.coins(n), this.samples("single_stream", n)
    this.record("single_stream", list(this.models), indices, lambda queries, logs: drive(list(this.models.values()), queries, order, this.clock, logs[::-1]))

# %% wrong: always_the_model_first
# Asks in the same order at every query.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    n = this.enough(sum(this.pace_ns.values()))
    order, indices = np.tile(np.arange(len(this.models)), (n, 1)), this.samples("single_stream", n)
    this.record("single_stream", list(this.models), indices, lambda queries, logs: drive(list(this.models.values()), queries, order, this.clock, logs))

# %% wrong: coins_of_its_own
# Draws the order itself, so that nobody can tell who failed.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    n = this.enough(sum(this.pace_ns.values()))
    order, indices = np.random.default_rng(0).permuted(np.tile(np.arange(len(this.models)), (n, 1)), axis=1), this.samples("single_stream", n)
    this.record("single_stream", list(this.models), indices, lambda queries, logs: drive(list(this.models.values()), queries, order, this.clock, logs))

# %% right: inner_function
# Writes ask as a function.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    together_ns = sum(this.pace_ns[arm] for arm in this.models)
    how_many = this.enough(together_ns)
    indices = this.samples("single_stream", how_many)
    turns = this.coins(how_many)

    def ask(queries, logs):
        drive([this.models[arm] for arm in this.models], queries, turns, this.clock, logs)

    this.record("single_stream", list(this.models), indices, ask)

# %% right: by_keyword
# Names every argument.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    arms, models = zip(*this.models.items())
    n = this.enough(latency_ns=float(np.sum(list(this.pace_ns.values()))))
    order = this.coins(n=n)

    def ask(queries, logs):
        drive(models=models, queries=queries, order=order, clock=this.clock, logs=logs)

    this.record(scenario="single_stream", arms=arms, indices=this.samples(scenario="single_stream", n=n), ask=ask)

# %% right: draws_when_asked
# Draws the order right before it is needed.
#| export perf
def stream_round(this: Round, drive: Step = interleaved) -> None:
    total = 0.0
    for pace in this.pace_ns.values():
        total += pace
    n = this.enough(total)
    this.record(
        "single_stream",
        this.models.keys(),
        this.samples("single_stream", n),
        lambda queries, logs: drive(tuple(this.models.values()), queries, this.coins(n), this.clock, logs),
    )
