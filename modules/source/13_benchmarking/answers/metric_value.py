# %% wrong: completed_rate
# Reports what was completed a second instead of what was scheduled.
#| export scenarios
def metric_value(run: Run, settings: Settings, percentile_of: Step = percentile) -> float:
    if run.scenario == "single_stream":
        return percentile_of(run.latency_ns, 0.9) / NS_PER_MS
    if run.scenario == "server":
        return (run.n - 1) / int(run.completed_ns[-1] - run.completed_ns[0]) * NS_PER_S
    if run.scenario == "offline":
        return run.n / run.duration_ns * NS_PER_S
    raise ValueError(f"unknown scenario {run.scenario!r}; take one of {', '.join(METRICS)}")

# %% wrong: else_offline
# Takes every other scenario for Offline.
#| export scenarios
def metric_value(run: Run, settings: Settings, percentile_of: Step = percentile) -> float:
    if run.scenario == "single_stream":
        return percentile_of(run.latency_ns, 0.9) / NS_PER_MS
    if run.scenario == "server":
        return (run.n - 1) / int(run.scheduled_ns[-1] - run.scheduled_ns[0]) * NS_PER_S
    return run.n / run.duration_ns * NS_PER_S

# %% wrong: mean_latency
# Reports the mean latency.
#| export scenarios
def metric_value(run: Run, settings: Settings, percentile_of: Step = percentile) -> float:
    if run.scenario == "single_stream":
        return float(run.latency_ns.mean()) / NS_PER_MS
    if run.scenario == "server":
        return (run.n - 1) / int(run.scheduled_ns[-1] - run.scheduled_ns[0]) * NS_PER_S
    if run.scenario == "offline":
        return run.n / run.duration_ns * NS_PER_S
    raise ValueError(f"unknown scenario {run.scenario!r}; take one of {', '.join(METRICS)}")

# %% wrong: n_for_n_minus_1
# Counts queries where gaps are meant.
#| export scenarios
def metric_value(run: Run, settings: Settings, percentile_of: Step = percentile) -> float:
    if run.scenario == "single_stream":
        return percentile_of(run.latency_ns, 0.9) / NS_PER_MS
    if run.scenario == "server":
        return run.n / int(run.scheduled_ns[-1] - run.scheduled_ns[0]) * NS_PER_S
    if run.scenario == "offline":
        return run.n / run.duration_ns * NS_PER_S
    raise ValueError(f"unknown scenario {run.scenario!r}; take one of {', '.join(METRICS)}")

# %% wrong: nanoseconds
# Reports latency in ns.
#| export scenarios
def metric_value(run: Run, settings: Settings, percentile_of: Step = percentile) -> float:
    if run.scenario == "single_stream":
        return percentile_of(run.latency_ns, 0.9)
    if run.scenario == "server":
        return (run.n - 1) / int(run.scheduled_ns[-1] - run.scheduled_ns[0]) * NS_PER_S
    if run.scenario == "offline":
        return run.n / run.duration_ns * NS_PER_S
    raise ValueError(f"unknown scenario {run.scenario!r}; take one of {', '.join(METRICS)}")

# %% wrong: sum_of_latencies
# Divides Offline's samples by the sum of their latencies, which overlap.
#| export scenarios
def metric_value(run: Run, settings: Settings, percentile_of: Step = percentile) -> float:
    if run.scenario == "single_stream":
        return percentile_of(run.latency_ns, 0.9) / NS_PER_MS
    if run.scenario == "server":
        return (run.n - 1) / int(run.scheduled_ns[-1] - run.scheduled_ns[0]) * NS_PER_S
    if run.scenario == "offline":
        return run.n / int(run.latency_ns.sum()) * NS_PER_S
    raise ValueError(f"unknown scenario {run.scenario!r}; take one of {', '.join(METRICS)}")

# %% wrong: time_of_day
# Divides Offline's samples by the time on the clock.
#| export scenarios
def metric_value(run: Run, settings: Settings, percentile_of: Step = percentile) -> float:
    if run.scenario == "single_stream":
        return percentile_of(run.latency_ns, 0.9) / NS_PER_MS
    if run.scenario == "server":
        return (run.n - 1) / int(run.scheduled_ns[-1] - run.scheduled_ns[0]) * NS_PER_S
    if run.scenario == "offline":
        return run.n / int(run.completed_ns[-1]) * NS_PER_S
    raise ValueError(f"unknown scenario {run.scenario!r}; take one of {', '.join(METRICS)}")

# %% wrong: ignores_percentile_of
# Sorts by hand where percentile_of was given.
#| export scenarios
def metric_value(run: Run, settings: Settings, percentile_of: Step = percentile) -> float:
    if run.scenario == "single_stream":
        return float(np.sort(run.latency_ns)[math.floor(run.n * 0.9)]) / NS_PER_MS
    if run.scenario == "server":
        return (run.n - 1) / int(run.scheduled_ns[-1] - run.scheduled_ns[0]) * NS_PER_S
    if run.scenario == "offline":
        return run.n / run.duration_ns * NS_PER_S
    raise ValueError(f"unknown scenario {run.scenario!r}; take one of {', '.join(METRICS)}")

# %% wrong: percentile_of_the_settings
# Reports the percentile that Server has to meet.
#| export scenarios
def metric_value(run: Run, settings: Settings, percentile_of: Step = percentile) -> float:
    if run.scenario == "single_stream":
        return percentile_of(run.latency_ns, settings.percentile) / NS_PER_MS
    if run.scenario == "server":
        return (run.n - 1) / int(run.scheduled_ns[-1] - run.scheduled_ns[0]) * NS_PER_S
    if run.scenario == "offline":
        return run.n / run.duration_ns * NS_PER_S
    raise ValueError(f"unknown scenario {run.scenario!r}; take one of {', '.join(METRICS)}")

# %% wrong: median_gap
# Takes the rate of the median gap for that of the schedule: right only where gaps are alike.
#| export scenarios
def metric_value(run: Run, settings: Settings, percentile_of: Step = percentile) -> float:
    if run.scenario == "single_stream":
        return percentile_of(run.latency_ns, 0.9) / NS_PER_MS
    if run.scenario == "server":
        return NS_PER_S / float(np.median(np.diff(run.scheduled_ns)))
    if run.scenario == "offline":
        return run.n / run.duration_ns * NS_PER_S
    raise ValueError(f"unknown scenario {run.scenario!r}; take one of {', '.join(METRICS)}")

# %% right: by_hand
# Subtracts by hand.
#| export scenarios
def metric_value(run: Run, settings: Settings, percentile_of: Step = percentile) -> float:
    scheduled, completed = run.scheduled_ns.tolist(), run.completed_ns.tolist()
    if run.scenario == "single_stream":
        waits = [done - due for due, done in zip(scheduled, completed)]
        return percentile_of(values=waits, p=9 / 10) / 1_000_000
    if run.scenario == "server":
        return (len(scheduled) - 1) * 1_000_000_000 / (scheduled[-1] - scheduled[0])
    if run.scenario == "offline":
        return len(completed) * 1_000_000_000 / (max(completed) - min(scheduled))
    raise ValueError(f"scenario {run.scenario!r} is not known; use single_stream, server or offline")

# %% right: match
# Chooses with match.
#| export scenarios
def metric_value(run: Run, settings: Settings, percentile_of: Step = percentile) -> float:
    match run.scenario:
        case "single_stream":
            return percentile_of(run.latency_ns / 1e6, 0.9)
        case "server":
            seconds = (run.scheduled_ns[-1] - run.scheduled_ns[0]) / 1e9
            return float((len(run.scheduled_ns) - 1) / seconds)
        case "offline":
            return float(run.n * 1e9 / (run.completed_ns.max() - run.scheduled_ns.min()))
        case other:
            raise ValueError(f"no metric for {other!r}: single_stream, server or offline")

# %% right: table
# Looks the formula up.
#| export scenarios
def metric_value(run: Run, settings: Settings, percentile_of: Step = percentile) -> float:
    formulas = {
        "single_stream": lambda: percentile_of(run.latency_ns, 0.9) / NS_PER_MS,
        "server": lambda: NS_PER_S / float(np.diff(run.scheduled_ns).mean()),
        "offline": lambda: NS_PER_S * run.n / run.duration_ns,
    }
    if run.scenario not in formulas:
        raise ValueError(f"{run.scenario!r} is none of {', '.join(formulas)}")
    return formulas[run.scenario]()
