# Chooses with match.
#| export scenarios
def metric_value(run: Run, settings: Settings) -> float:
    match run.scenario:
        case "single_stream":
            return percentile(run.latency_ns / 1e6, 0.9)
        case "server":
            seconds = (run.scheduled_ns[-1] - run.scheduled_ns[0]) / 1e9
            return float((len(run.scheduled_ns) - 1) / seconds)
        case "offline":
            return float(run.n * 1e9 / (run.completed_ns.max() - run.scheduled_ns.min()))
        case other:
            raise ValueError(f"no metric for {other!r}: single_stream, server or offline")
