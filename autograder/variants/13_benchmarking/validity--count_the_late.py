# Counts how many are late instead of sorting.
#| export scenarios
def validity(run: Run, settings: Settings) -> list[Reason]:
    found: list[Reason] = []
    if len(run.scheduled_ns) < settings.min_queries:
        found += [Reason("too few queries", str(run.n), "more queries")]
    if run.completed_ns[-1] - run.scheduled_ns[0] < settings.min_duration_ns:
        found += [Reason("too short", str(run.duration_ns), "more time")]
    in_time = int((run.completed_ns - run.scheduled_ns <= settings.latency_target_ns).sum())
    if run.scenario == "server" and in_time <= math.floor(run.n * settings.percentile):
        found += [Reason("too slow", f"{run.n - in_time} late", "fewer queries")]
    return found
