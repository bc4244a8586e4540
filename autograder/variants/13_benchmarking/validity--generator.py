# Yields the reasons and makes a list of them.
#| export scenarios
def validity(run: Run, settings: Settings) -> list[Reason]:
    def broken() -> Iterator[Reason]:
        if not run.n >= settings.min_queries:
            yield Reason(claim="few", evidence=f"{run.n} queries", remedy="issue more")
        if not run.duration_ns >= settings.min_duration_ns:
            yield Reason(claim="short", evidence=f"{run.duration_ns} ns", remedy="run longer")
        if run.scenario == "server":
            p_ns = percentile(run.latency_ns.tolist(), settings.percentile)
            if not p_ns <= settings.latency_target_ns:
                yield Reason(claim="slow", evidence=f"{p_ns} ns", remedy="ask less")

    return list(broken())
