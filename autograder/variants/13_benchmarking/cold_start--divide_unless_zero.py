# Divides where it can.
#| export validator
def cold_start(latency_ns: IntArray) -> Pitfall | None:
    first, rest = float(latency_ns[0]), np.asarray(latency_ns, dtype=float)
    deviation = np.median(np.abs(rest - np.median(rest)))
    distance = first - np.median(rest)
    z = distance / deviation if deviation > 0 else math.copysign(math.inf, distance) if distance else 0.0
    found = Pitfall("cold start", "the first call is an outlier", f"modified z of {z:.1f}", "discard a warm-up")
    return found if z > 14.8 else None
