# Holds the mean latency against the target.
#| export scenarios
def validity(run: Run, settings: Settings) -> list[Reason]:
    reasons = []
    if run.n < settings.min_queries:
        reasons.append(Reason("too few queries", f"{run.n} of {settings.min_queries}", "issue more"))
    if run.duration_ns < settings.min_duration_ns:
        reasons.append(Reason("too short", f"{run.duration_ns} of {settings.min_duration_ns} ns", "run longer"))
    if run.scenario == "server" and run.latency_ns.mean() > settings.latency_target_ns:
        reasons.append(Reason("latency target missed", f"{run.latency_ns.mean()} ns", "lower target_qps"))
    return reasons
