# Sorts and subtracts by hand.
#| export scenarios
def metric_value(run: Run, settings: Settings) -> float:
    scheduled, completed = run.scheduled_ns.tolist(), run.completed_ns.tolist()
    if run.scenario == "single_stream":
        waits = sorted(done - due for due, done in zip(scheduled, completed))
        return waits[len(waits) * 9 // 10] / 1_000_000
    if run.scenario == "server":
        return (len(scheduled) - 1) * 1_000_000_000 / (scheduled[-1] - scheduled[0])
    if run.scenario == "offline":
        return len(completed) * 1_000_000_000 / (max(completed) - min(scheduled))
    raise ValueError(f"scenario {run.scenario!r} is not known; use single_stream, server or offline")
