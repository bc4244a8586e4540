# Divides Offline's samples by the time on the clock.
#| export scenarios
def metric_value(run: Run, settings: Settings) -> float:
    if run.scenario == "single_stream":
        return percentile(run.latency_ns, 0.9) / NS_PER_MS
    if run.scenario == "server":
        return (run.n - 1) / int(run.scheduled_ns[-1] - run.scheduled_ns[0]) * NS_PER_S
    if run.scenario == "offline":
        return run.n / int(run.completed_ns[-1]) * NS_PER_S
    raise ValueError(f"unknown scenario {run.scenario!r}; take one of {', '.join(METRICS)}")
