# Writes high before low.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    def three(x: float) -> str:
        rounded = f"{x:.2e}"
        return f"{float(rounded):.{max(0, 2 - int(rounded.partition('e')[2]))}f}"

    return f"{three(value)} {unit} [{three(interval.high)}, {three(interval.low)}]"
