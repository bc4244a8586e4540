# %% wrong: first_reason_only
# Returns as soon as one rule is broken.
#| export scenarios
def validity(run: Run, settings: Settings, percentile_of: Step = percentile) -> list[Reason]:
    if run.n < settings.min_queries:
        return [Reason("too few queries", f"{run.n} of {settings.min_queries}", "issue more")]
    if run.duration_ns < settings.min_duration_ns:
        return [Reason("too short", f"{run.duration_ns} of {settings.min_duration_ns} ns", "run longer")]
    if run.scenario == "server" and run.n:
        tail = percentile_of(run.latency_ns, settings.percentile)
        if tail > settings.latency_target_ns:
            return [Reason("latency target missed", f"{tail} over {settings.latency_target_ns} ns", "lower target_qps")]
    return []

# %% wrong: forgets_the_count
# Never asks how many queries there were.
#| export scenarios
def validity(run: Run, settings: Settings, percentile_of: Step = percentile) -> list[Reason]:
    reasons = []
    if run.duration_ns < settings.min_duration_ns:
        reasons.append(Reason("too short", f"{run.duration_ns} of {settings.min_duration_ns} ns", "run longer"))
    if run.scenario == "server" and run.n:
        tail = percentile_of(run.latency_ns, settings.percentile)
        if tail > settings.latency_target_ns:
            reasons.append(Reason("latency target missed", f"{tail} ns", "lower target_qps"))
    return reasons

# %% wrong: forgets_the_duration
# Never asks how long the run was.
#| export scenarios
def validity(run: Run, settings: Settings, percentile_of: Step = percentile) -> list[Reason]:
    reasons = []
    if run.n < settings.min_queries:
        reasons.append(Reason("too few queries", f"{run.n} of {settings.min_queries}", "issue more"))
    if run.scenario == "server" and run.n:
        tail = percentile_of(run.latency_ns, settings.percentile)
        if tail > settings.latency_target_ns:
            reasons.append(Reason("latency target missed", f"{tail} ns", "lower target_qps"))
    return reasons

# %% wrong: limits_excluded
# Wants more than the minimum and less than the target.
#| export scenarios
def validity(run: Run, settings: Settings, percentile_of: Step = percentile) -> list[Reason]:
    reasons = []
    if run.n <= settings.min_queries:
        reasons.append(Reason("too few queries", f"{run.n} of {settings.min_queries}", "issue more"))
    if run.duration_ns <= settings.min_duration_ns:
        reasons.append(Reason("too short", f"{run.duration_ns} of {settings.min_duration_ns} ns", "run longer"))
    if run.scenario == "server" and run.n:
        tail = percentile_of(run.latency_ns, settings.percentile)
        if tail >= settings.latency_target_ns:
            reasons.append(Reason("latency target missed", f"{tail} ns", "lower target_qps"))
    return reasons

# %% wrong: mean_against_the_target
# Holds the mean latency against the target.
#| export scenarios
def validity(run: Run, settings: Settings, percentile_of: Step = percentile) -> list[Reason]:
    reasons = []
    if run.n < settings.min_queries:
        reasons.append(Reason("too few queries", f"{run.n} of {settings.min_queries}", "issue more"))
    if run.duration_ns < settings.min_duration_ns:
        reasons.append(Reason("too short", f"{run.duration_ns} of {settings.min_duration_ns} ns", "run longer"))
    if run.scenario == "server" and run.n and run.latency_ns.mean() > settings.latency_target_ns:
        reasons.append(Reason("latency target missed", f"{run.latency_ns.mean()} ns", "lower target_qps"))
    return reasons

# %% wrong: target_for_all
# Holds every scenario to the Server's target.
#| export scenarios
def validity(run: Run, settings: Settings, percentile_of: Step = percentile) -> list[Reason]:
    reasons = []
    if run.n < settings.min_queries:
        reasons.append(Reason("too few queries", f"{run.n} of {settings.min_queries}", "issue more"))
    if run.duration_ns < settings.min_duration_ns:
        reasons.append(Reason("too short", f"{run.duration_ns} of {settings.min_duration_ns} ns", "run longer"))
    tail = percentile_of(run.latency_ns, settings.percentile) if run.n else 0
    if tail > settings.latency_target_ns:
        reasons.append(Reason("latency target missed", f"{tail} ns", "lower target_qps"))
    return reasons

# %% wrong: always_p99
# Holds the 99th percentile against the target, whatever was asked for.
#| export scenarios
def validity(run: Run, settings: Settings, percentile_of: Step = percentile) -> list[Reason]:
    reasons = []
    if run.n < settings.min_queries:
        reasons.append(Reason("too few queries", f"{run.n} of {settings.min_queries}", "issue more"))
    if run.duration_ns < settings.min_duration_ns:
        reasons.append(Reason("too short", f"{run.duration_ns} of {settings.min_duration_ns} ns", "run longer"))
    if run.scenario == "server" and run.n:
        tail = percentile_of(run.latency_ns, 0.99)
        if tail > settings.latency_target_ns:
            reasons.append(Reason("latency target missed", f"{tail} ns", "lower target_qps"))
    return reasons

# %% wrong: ignores_percentile_of
# Sorts by hand where percentile_of was given.
#| export scenarios
def validity(run: Run, settings: Settings, percentile_of: Step = percentile) -> list[Reason]:
    reasons = []
    if run.n < settings.min_queries:
        reasons.append(Reason("too few queries", f"{run.n} of {settings.min_queries}", "issue more"))
    if run.duration_ns < settings.min_duration_ns:
        reasons.append(Reason("too short", f"{run.duration_ns} of {settings.min_duration_ns} ns", "run longer"))
    if run.scenario == "server" and run.n:
        tail = np.sort(run.latency_ns)[math.floor(run.n * settings.percentile)]
        if tail > settings.latency_target_ns:
            reasons.append(Reason("latency target missed", f"{tail} ns", "lower target_qps"))
    return reasons

# %% wrong: no_evidence
# Says what is wrong and shows nothing.
#| export scenarios
def validity(run: Run, settings: Settings, percentile_of: Step = percentile) -> list[Reason]:
    reasons = []
    if run.n < settings.min_queries:
        reasons.append(Reason("too few queries", "", "issue more"))
    if run.duration_ns < settings.min_duration_ns:
        reasons.append(Reason("too short", "", "run longer"))
    if run.scenario == "server" and run.n:
        tail = percentile_of(run.latency_ns, settings.percentile)
        if tail > settings.latency_target_ns:
            reasons.append(Reason("latency target missed", "", "lower target_qps"))
    return reasons

# %% wrong: trips_over_an_empty_run
# Asks for the percentile of a run without a sample.
#| export scenarios
def validity(run: Run, settings: Settings, percentile_of: Step = percentile) -> list[Reason]:
    reasons = []
    if run.n < settings.min_queries:
        reasons.append(Reason("too few queries", f"{run.n} of {settings.min_queries}", "issue more"))
    if run.duration_ns < settings.min_duration_ns:
        reasons.append(Reason("too short", f"{run.duration_ns} of {settings.min_duration_ns} ns", "run longer"))
    if run.scenario == "server":
        tail = percentile_of(run.latency_ns, settings.percentile)
        if tail > settings.latency_target_ns:
            reasons.append(Reason("latency target missed", f"{tail} ns", "lower target_qps"))
    return reasons

# %% right: adds_lists
# Adds lists, and asks the percentile of a list in ms.
#| export scenarios
def validity(run: Run, settings: Settings, percentile_of: Step = percentile) -> list[Reason]:
    found: list[Reason] = []
    if len(run.scheduled_ns) < settings.min_queries:
        found += [Reason("too few queries", str(run.n), "more queries")]
    if run.duration_ns < settings.min_duration_ns:
        found += [Reason("too short", str(run.duration_ns), "more time")]
    waits_ms = [float(done - due) / 1e6 for due, done in zip(run.scheduled_ns, run.completed_ns)]
    if run.scenario == "server" and waits_ms:
        tail_ms = percentile_of(values=waits_ms, p=settings.percentile)
        if tail_ms > settings.latency_target_ns / 1e6:
            found += [Reason("too slow", f"{tail_ms} ms", "fewer queries")]
    return found

# %% right: generator
# Yields the reasons and makes a list of them.
#| export scenarios
def validity(run: Run, settings: Settings, percentile_of: Step = percentile) -> list[Reason]:
    def broken() -> Iterator[Reason]:
        if not run.n >= settings.min_queries:
            yield Reason(claim="few", evidence=f"{run.n} queries", remedy="issue more")
        if not run.duration_ns >= settings.min_duration_ns:
            yield Reason(claim="short", evidence=f"{run.duration_ns} ns", remedy="run longer")
        if run.scenario == "server" and run.n > 0:
            p_ns = percentile_of(run.latency_ns.tolist(), settings.percentile)
            if not p_ns <= settings.latency_target_ns:
                yield Reason(claim="slow", evidence=f"{p_ns} ns", remedy="ask less")

    return list(broken())

# %% right: table
# Keeps the rules in a table.
#| export scenarios
def validity(run: Run, settings: Settings, percentile_of: Step = percentile) -> list[Reason]:
    rules = [
        (run.n < settings.min_queries, "too few queries", f"{run.n} of {settings.min_queries}", "issue more"),
        (run.duration_ns < settings.min_duration_ns, "too short", f"{run.duration_ns} ns", "run longer"),
    ]
    if run.scenario == "server" and run.n:
        tail = percentile_of(run.latency_ns, settings.percentile)
        rules.append((tail > settings.latency_target_ns, "too slow", f"{tail:.0f} ns", "lower target_qps"))
    return [Reason(*words) for broken, *words in rules if broken]

# %% equivalent: numbers_of_the_evidence
# Evidence holds numbers; which of them besides the count, and in which unit, is not asked for.
# - evidence = f'{run.n} samples where {settings.min_queries} are asked'
# + evidence = f'{run.n} samples where {settings.min_duration_ns} are asked'
# + evidence = f'{run.n} samples where {100} are asked'

# %% equivalent: words_of_a_claim
# How a claim and a remedy are put is not asked for.
# - reasons.append(Reason('too few queries', evidence, 'issue more queries'))
# + reasons.append(Reason('too few queriesXX', evidence, 'issue more queries'))
# + reasons.append(Reason('too few queries', evidence, 'issue more queriesXX'))

# %% equivalent: numbers_of_the_evidence_2
# Evidence holds numbers; which of them besides the count, and in which unit, is not asked for.
# - took_s, least_s = (run.duration_ns / NS_PER_S, settings.min_duration_ns / NS_PER_S)
# + took_s, least_s = (run.duration_ns * NS_PER_S, settings.min_duration_ns / NS_PER_S)
# + took_s, least_s = (run.duration_ns // NS_PER_S, settings.min_duration_ns / NS_PER_S)
# + took_s, least_s = (run.duration_ns / NS_PER_S, settings.min_duration_ns * NS_PER_S)
# + took_s, least_s = (run.duration_ns / NS_PER_S, settings.min_duration_ns // NS_PER_S)
# + took_s, least_s = (run.duration_ns / NS_PER_S, settings.percentile / NS_PER_S)

# %% equivalent: numbers_of_the_evidence_3
# Evidence holds numbers; which of them besides the count, and in which unit, is not asked for.
# - evidence = f'{took_s:.3f} s where {least_s:.3f} s are asked'
# + evidence = f'{least_s:.3f} s where {least_s:.3f} s are asked'
# + evidence = f'{took_s:.3f} s where {took_s:.3f} s are asked'

# %% equivalent: words_of_a_claim_2
# How a claim and a remedy are put is not asked for.
# - reasons.append(Reason('too short', evidence, 'run longer'))
# + reasons.append(Reason('too shortXX', evidence, 'run longer'))
# + reasons.append(Reason('too short', evidence, 'run longerXX'))

# %% equivalent: an_empty_run
# A run without a sample has no duration; one without a duration has no latency over any target.
# - if run.scenario == 'server' and run.n:
# + if run.scenario == 'server' and run.duration_ns:

# %% equivalent: numbers_of_the_evidence_4
# Evidence holds numbers; which of them besides the count, and in which unit, is not asked for.
# - tail_ms, most_ms = (tail_ns / NS_PER_MS, settings.latency_target_ns / NS_PER_MS)
# + tail_ms, most_ms = (tail_ns * NS_PER_MS, settings.latency_target_ns / NS_PER_MS)
# + tail_ms, most_ms = (tail_ns // NS_PER_MS, settings.latency_target_ns / NS_PER_MS)
# + tail_ms, most_ms = (tail_ns / NS_PER_MS, settings.latency_target_ns * NS_PER_MS)
# + tail_ms, most_ms = (tail_ns / NS_PER_MS, settings.latency_target_ns // NS_PER_MS)
# + tail_ms, most_ms = (tail_ns / NS_PER_MS, settings.min_queries / NS_PER_MS)

# %% equivalent: numbers_of_the_evidence_5
# Evidence holds numbers; which of them besides the count, and in which unit, is not asked for.
# - evidence = f'{tail_ms:.3f} ms at the percentile {settings.percentile:g}'
# + evidence = ''
# + evidence = f'{most_ms:.3f} ms at the percentile {settings.percentile:g}'
# + evidence = f'{tail_ms:.3f} ms at the percentile {settings.latency_target_ns:g}'

# %% equivalent: numbers_of_the_evidence_6
# Evidence holds numbers; which of them besides the count, and in which unit, is not asked for.
# - evidence += f' where the target is {most_ms:.3f} ms'
# + pass
# + evidence = f' where the target is {most_ms:.3f} ms'
# + evidence += ''
# + evidence += f' where the target is {tail_ms:.3f} ms'

# %% equivalent: words_of_a_claim_3
# How a claim and a remedy are put is not asked for.
# - reasons.append(Reason('latency target missed', evidence, remedy))
# + reasons.append(Reason('latency target missedXX', evidence, remedy))
