# Returns as soon as one rule is broken.
#| export scenarios
def validity(run: Run, settings: Settings) -> list[Reason]:
    if run.n < settings.min_queries:
        return [Reason("too few queries", f"{run.n} of {settings.min_queries}", "issue more")]
    if run.duration_ns < settings.min_duration_ns:
        return [Reason("too short", f"{run.duration_ns} of {settings.min_duration_ns} ns", "run longer")]
    if run.scenario == "server":
        tail = percentile(run.latency_ns, settings.percentile)
        if tail > settings.latency_target_ns:
            return [Reason("latency target missed", f"{tail} over {settings.latency_target_ns} ns", "lower target_qps")]
    return []
