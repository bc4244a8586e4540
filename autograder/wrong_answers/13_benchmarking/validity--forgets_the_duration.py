# Never asks how long the run was.
#| export scenarios
def validity(run: Run, settings: Settings) -> list[Reason]:
    reasons = []
    if run.n < settings.min_queries:
        reasons.append(Reason("too few queries", f"{run.n} of {settings.min_queries}", "issue more"))
    if run.scenario == "server":
        tail = percentile(run.latency_ns, settings.percentile)
        if tail > settings.latency_target_ns:
            reasons.append(Reason("latency target missed", f"{tail} ns", "lower target_qps"))
    return reasons
