# Looks the formula up.
#| export scenarios
def metric_value(run: Run, settings: Settings) -> float:
    formulas = {
        "single_stream": lambda: percentile(run.latency_ns, 0.9) / NS_PER_MS,
        "server": lambda: NS_PER_S / float(np.diff(run.scheduled_ns).mean()),
        "offline": lambda: NS_PER_S * run.n / run.duration_ns,
    }
    if run.scenario not in formulas:
        raise ValueError(f"{run.scenario!r} is none of {', '.join(formulas)}")
    return formulas[run.scenario]()
