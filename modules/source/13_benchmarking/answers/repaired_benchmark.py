# %% wrong: cold
# Warms nothing up.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(rounds):
        models = [build() for build in builds]
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, coins(len(queries), len(models), rng), clock, logs)
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, margin)

# %% wrong: warm_in_the_first_round
# Warms up in the first round, whose models are gone in the second.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(rounds):
        models = [build() for build in builds]
        for model in models:
            number == 0 and model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, coins(len(queries), len(models), rng), clock, logs)
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, margin)

# %% wrong: only_the_first_is_warm
# Warms the model up and not the baseline.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(rounds):
        models = [build() for build in builds]
        for model in models:
            model is models[0] and model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, coins(len(queries), len(models), rng), clock, logs)
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, margin)

# %% wrong: one_after_the_other
# Asks one model after the other.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(rounds):
        models = [build() for build in builds]
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        for model, log in zip(models, logs):
            single_stream(model, queries, clock, log)
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, margin)

# %% wrong: driven_one_by_one
# Drives one model after the other.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(rounds):
        models = [build() for build in builds]
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        for model, log in zip(models, logs):
            drive([model], queries, np.zeros((len(queries), 1), dtype=np.int64), clock, [log])
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, margin)

# %% wrong: model_always_first
# Asks in the same order at every query.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(rounds):
        models = [build() for build in builds]
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, np.tile([0, 1], (len(queries), 1)), clock, logs)
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, margin)

# %% wrong: one_order_for_all_rounds
# Flips the coins of the first round for all.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    order = coins(len(queries), len(builds), rng)
    for number in range(rounds):
        models = [build() for build in builds]
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, order, clock, logs)
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, margin)

# %% wrong: one_coin_a_round
# Flips one coin a round.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(rounds):
        models = [build() for build in builds]
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, np.tile(coins(1, len(models), rng), (len(queries), 1)), clock, logs)
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, margin)

# %% wrong: built_once
# Builds the models once for all rounds.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    models = [build() for build in builds]
    for number in range(rounds):
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, coins(len(queries), len(models), rng), clock, logs)
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, margin)

# %% wrong: always_ten_rounds
# Takes ten rounds, whatever was asked.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(10):
        models = [build() for build in builds]
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, coins(len(queries), len(models), rng), clock, logs)
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, margin)

# %% wrong: queries_as_rounds
# One round, in which queries count as if they were independent.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    models = [build() for build in builds]
    for model in models:
        model(queries[0])
    logs = [QueryLog(len(queries)) for _ in models]
    drive(models, queries, coins(len(queries), len(models), rng), clock, logs)
    model_ns, baseline_ns = (log.completed - log.scheduled for log in logs)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, margin)

# %% wrong: mean
# Takes the mean, which a few stalls make.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(rounds):
        models = [build() for build in builds]
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, coins(len(queries), len(models), rng), clock, logs)
        medians.append([float(np.mean(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, margin)

# %% wrong: fastest
# Takes the fastest query of a round.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(rounds):
        models = [build() for build in builds]
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, coins(len(queries), len(models), rng), clock, logs)
        medians.append([float(np.min(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, margin)

# %% wrong: upside_down
# Puts the baseline over the model.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(rounds):
        models = [build() for build in builds]
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, coins(len(queries), len(models), rng), clock, logs)
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(baseline_ns, model_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, margin)

# %% wrong: same_interval_twice
# Takes the 95 % interval for both.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(rounds):
        models = [build() for build in builds]
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, coins(len(queries), len(models), rng), clock, logs)
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.95))
    return decide(narrow, wide, margin)

# %% wrong: intervals_exchanged
# Gives the 90 % interval first.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(rounds):
        models = [build() for build in builds]
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, coins(len(queries), len(models), rng), clock, logs)
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.9, 0.95))
    return decide(narrow, wide, margin)

# %% wrong: usual_margin
# Takes 1 %, whatever the margin is.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(rounds):
        models = [build() for build in builds]
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, coins(len(queries), len(models), rng), clock, logs)
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, 0.01)

# %% wrong: not_significant_is_equivalent
# Tells everything that is not significant as equivalent.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(rounds):
        models = [build() for build in builds]
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, coins(len(queries), len(models), rng), clock, logs)
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    if narrow[1] < 1:
        return "faster"
    return "slower" if narrow[0] > 1 else "equivalent"

# %% wrong: whether_it_is_faster
# Returns whether the model is faster.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians = []
    for number in range(rounds):
        models = [build() for build in builds]
        for model in models:
            model(queries[0])
        logs = [QueryLog(len(queries)) for _ in models]
        drive(models, queries, coins(len(queries), len(models), rng), clock, logs)
        medians.append([float(np.median(log.completed - log.scheduled)) for log in logs])
    model_ns, baseline_ns = zip(*medians)
    narrow, wide = (ratio_of(model_ns, baseline_ns, level).interval for level in (0.95, 0.9))
    return decide(narrow, wide, margin) == "faster"

# %% right: array_of_medians
# Holds the medians in an array.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    medians_ns = np.empty((rounds, 2))
    for row in medians_ns:
        model, baseline = builds[0](), builds[1]()
        for _ in range(3):
            model(queries[0])
            baseline(queries[0])
        logs = [QueryLog(len(queries)), QueryLog(len(queries))]
        drive([model, baseline], queries, coins(len(queries), 2, rng), clock, logs)
        row[:] = [np.median(log.completed - log.scheduled) for log in logs]
    found = [ratio_of(medians_ns[:, 0], medians_ns[:, 1], confidence).interval for confidence in (0.95, 0.90)]
    return decide(*found, margin)

# %% right: by_keyword
# Names every argument.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    model_ns, baseline_ns = [], []
    for _ in range(rounds):
        pair = tuple(build() for build in builds)
        logs = tuple(QueryLog(len(queries)) for _ in pair)
        for one in pair:
            one(queries[0])
        order = coins(n_queries=len(queries), n_arms=2, rng=rng)
        drive(models=pair, queries=queries, order=order, clock=clock, logs=logs)
        for values, log in zip((model_ns, baseline_ns), logs):
            values.append(np.percentile(log.completed - log.scheduled, 50))
    narrow = ratio_of(model_values=model_ns, baseline_values=baseline_ns, confidence=0.95)
    wide = ratio_of(model_values=model_ns, baseline_values=baseline_ns, confidence=0.9)
    return decide(interval=narrow.interval, equivalence_interval=wide.interval, margin=margin)

# %% right: sorted_middle
# Sorts the latencies and takes the middle.
#| export faults
def repaired_benchmark(
    builds: Sequence[Callable[[], Model]],
    queries: Sequence[Array],
    clock: Clock,
    rng: np.random.Generator,
    rounds: int = 10,
    margin: float = 0.01,
    drive: Step = interleaved,
    coins: Step = coin_flip_order,
    ratio_of: Step = paired_ratio,
    decide: Step = verdict,
) -> str:
    factories = tuple(builds)

    def one_round():
        models, logs = [], []
        for build in factories:
            models.append(build())
            logs.append(QueryLog(len(queries)))
            models[-1](queries[0])
        drive(models, queries, coins(len(queries), len(factories), rng), clock, logs)
        ordered = [sorted((log.completed - log.scheduled).tolist()) for log in logs]
        return [(ns[(len(ns) - 1) // 2] + ns[len(ns) // 2]) / 2 for ns in ordered]

    of_model, of_baseline = np.transpose([one_round() for _ in range(rounds)])
    return decide(ratio_of(of_model, of_baseline).interval, ratio_of(of_model, of_baseline, 0.9).interval, margin)

# %% equivalent: any_query_warms
# A model that has answered another query is warm, too.
# - model(queries[0])
# + model(queries[1])
# + model(queries[-1])

# %% equivalent: as_many
# Every round has one number of each model.
# - model_ns, baseline_ns = zip(*medians, strict=True)
# + model_ns, baseline_ns = zip(*medians)
# + model_ns, baseline_ns = zip(*medians, strict=False)
