# Rounds to two decimals, whatever the size.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    return f"{value:.2f} {unit} [{interval.low:.2f}, {interval.high:.2f}]"
