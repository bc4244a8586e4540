# Keeps the rules in a table.
#| export scenarios
def validity(run: Run, settings: Settings) -> list[Reason]:
    rules = [
        (run.n < settings.min_queries, "too few queries", f"{run.n} of {settings.min_queries}", "issue more"),
        (run.duration_ns < settings.min_duration_ns, "too short", f"{run.duration_ns} ns", "run longer"),
    ]
    if run.scenario == "server":
        tail = percentile(run.latency_ns, settings.percentile)
        rules.append((tail > settings.latency_target_ns, "too slow", f"{tail:.0f} ns", "lower target_qps"))
    return [Reason(*words) for broken, *words in rules if broken]
