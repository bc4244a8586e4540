# Writes every digit that there is.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    return f"{value} {unit} [{interval.low}, {interval.high}]"
