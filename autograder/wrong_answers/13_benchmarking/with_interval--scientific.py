# Lets large numbers turn into powers of ten.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    return f"{value:#.3g} {unit} [{interval.low:#.3g}, {interval.high:#.3g}]"
