# %% wrong: draws_of_the_order
# Builds with the random numbers of another purpose.
#| export perf
def run_round(
    this: Round,
    scenarios: Sequence[str],
    build: Step = build_models,
    warm: Step = warm_up,
    ways: Mapping[str, Step] = WAYS,
) -> None:
    this.take(build(this.systems, this.rng("order")))
    for arm in this.models:
        this.warmed(arm, warm(this, arm))
    for scenario in scenarios:
        ways[scenario](this)

# %% wrong: same_draws_always
# Builds with the same random numbers in every round.
#| export perf
def run_round(
    this: Round,
    scenarios: Sequence[str],
    build: Step = build_models,
    warm: Step = warm_up,
    ways: Mapping[str, Step] = WAYS,
) -> None:
    this.take(build(this.systems, np.random.default_rng(0)))
    for arm in this.models:
        this.warmed(arm, warm(this, arm))
    for scenario in scenarios:
        ways[scenario](this)

# %% wrong: built_for_each_scenario
# Builds once more for every scenario, and asks the first models.
#| export perf
def run_round(
    this: Round,
    scenarios: Sequence[str],
    build: Step = build_models,
    warm: Step = warm_up,
    ways: Mapping[str, Step] = WAYS,
) -> None:
    this.take(build(this.systems, this.rng("build")))
    for arm in this.models:
        this.warmed(arm, warm(this, arm))
    for scenario in scenarios:
        build(this.systems, this.rng("build"))
        ways[scenario](this)

# %% wrong: takes_over_late
# Takes the models over when they are warm.
#| export perf
def run_round(
    this: Round,
    scenarios: Sequence[str],
    build: Step = build_models,
    warm: Step = warm_up,
    ways: Mapping[str, Step] = WAYS,
) -> None:
    models = build(this.systems, this.rng("build"))
    for arm in models:
        this.warmed(arm, warm(this, arm))
    this.take(models)
    for scenario in scenarios:
        ways[scenario](this)

# %% wrong: never_takes_over
# Never hands the models to the round.
#| export perf
def run_round(
    this: Round,
    scenarios: Sequence[str],
    build: Step = build_models,
    warm: Step = warm_up,
    ways: Mapping[str, Step] = WAYS,
) -> None:
    models = build(this.systems, this.rng("build"))
    for arm in models:
        this.warmed(arm, warm(this, arm))
    for scenario in scenarios:
        ways[scenario](this)

# %% wrong: in_the_systems_order
# Warms up in the order of the systems, not in that of building.
#| export perf
def run_round(
    this: Round,
    scenarios: Sequence[str],
    build: Step = build_models,
    warm: Step = warm_up,
    ways: Mapping[str, Step] = WAYS,
) -> None:
    this.take(build(this.systems, this.rng("build")))
    for arm in this.systems:
        this.warmed(arm, warm(this, arm))
    for scenario in scenarios:
        ways[scenario](this)

# %% wrong: pace_not_noted
# Warms up and forgets how long it took.
#| export perf
def run_round(
    this: Round,
    scenarios: Sequence[str],
    build: Step = build_models,
    warm: Step = warm_up,
    ways: Mapping[str, Step] = WAYS,
) -> None:
    this.take(build(this.systems, this.rng("build")))
    for arm in this.models:
        warm(this, arm)
    for scenario in scenarios:
        ways[scenario](this)

# %% wrong: one_pace
# Notes the median where the round asks for all latencies.
#| export perf
def run_round(
    this: Round,
    scenarios: Sequence[str],
    build: Step = build_models,
    warm: Step = warm_up,
    ways: Mapping[str, Step] = WAYS,
) -> None:
    this.take(build(this.systems, this.rng("build")))
    for arm in this.models:
        this.warmed(arm, np.median(warm(this, arm)))
    for scenario in scenarios:
        ways[scenario](this)

# %% wrong: all_ways
# Runs every scenario that there is.
#| export perf
def run_round(
    this: Round,
    scenarios: Sequence[str],
    build: Step = build_models,
    warm: Step = warm_up,
    ways: Mapping[str, Step] = WAYS,
) -> None:
    this.take(build(this.systems, this.rng("build")))
    for arm in this.models:
        this.warmed(arm, warm(this, arm))
    for way in ways.values():
        way(this)

# %% wrong: sorted_scenarios
# Runs the scenarios in the order of their names.
#| export perf
def run_round(
    this: Round,
    scenarios: Sequence[str],
    build: Step = build_models,
    warm: Step = warm_up,
    ways: Mapping[str, Step] = WAYS,
) -> None:
    this.take(build(this.systems, this.rng("build")))
    for arm in this.models:
        this.warmed(arm, warm(this, arm))
    for scenario in sorted(scenarios):
        ways[scenario](this)

# %% wrong: cold
# Warms up when all is over.
#| export perf
def run_round(
    this: Round,
    scenarios: Sequence[str],
    build: Step = build_models,
    warm: Step = warm_up,
    ways: Mapping[str, Step] = WAYS,
) -> None:
    this.take(build(this.systems, this.rng("build")))
    for scenario in scenarios:
        ways[scenario](this)
    for arm in this.models:
        this.warmed(arm, warm(this, arm))

# %% right: step_by_step
# Gives every step a name.
#| export perf
def run_round(
    this: Round,
    scenarios: Sequence[str],
    build: Step = build_models,
    warm: Step = warm_up,
    ways: Mapping[str, Step] = WAYS,
) -> None:
    rng = this.rng("build")
    models = build(this.systems, rng)
    this.take(models)
    for arm in models:
        latency_ns = warm(this, arm)
        this.warmed(arm, latency_ns)
    for scenario in scenarios:
        way = ways[scenario]
        way(this)

# %% right: all_warm_then_noted
# Warms all up before it notes the paces.
#| export perf
def run_round(
    this: Round,
    scenarios: Sequence[str],
    build: Step = build_models,
    warm: Step = warm_up,
    ways: Mapping[str, Step] = WAYS,
) -> None:
    this.take(build(this.systems, this.rng("build")))
    found = {arm: warm(this, arm) for arm in this.models}
    for arm, latency_ns in found.items():
        this.warmed(arm, latency_ns)
    for way in [ways[scenario] for scenario in scenarios]:
        way(this)

# %% right: by_keyword
# Names every argument.
#| export perf
def run_round(
    this: Round,
    scenarios: Sequence[str],
    build: Step = build_models,
    warm: Step = warm_up,
    ways: Mapping[str, Step] = WAYS,
) -> None:
    this.take(models=build(systems=this.systems, rng=this.rng(purpose="build")))
    for arm, _ in this.models.items():
        this.warmed(arm=arm, latency_ns=warm(this=this, arm=arm))
    for i in range(len(scenarios)):
        ways[scenarios[i]](this)
