# Reports latency in ns.
#| export scenarios
def metric_value(run: Run, settings: Settings) -> float:
    if run.scenario == "single_stream":
        return percentile(run.latency_ns, 0.9)
    if run.scenario == "server":
        return (run.n - 1) / int(run.scheduled_ns[-1] - run.scheduled_ns[0]) * NS_PER_S
    if run.scenario == "offline":
        return run.n / run.duration_ns * NS_PER_S
    raise ValueError(f"unknown scenario {run.scenario!r}; take one of {', '.join(METRICS)}")
