# Takes medians of sorted lists.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    def middle(values: list[float]) -> float:
        ordered = sorted(values)
        half = len(ordered) // 2
        return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2

    times = [float(t) for t in latency_ns]
    centre = middle(times)
    spread = middle([abs(t - centre) for t in times])
    cold = times[0] > centre if spread == 0 else (times[0] - centre) / spread > 14.8
    if not cold:
        return None
    return Pitfall(
        name="cold start", claim="cold caches", evidence=f"{times[0]:g} ns, usually {centre:g} ns", remedy="warm up"
    )
