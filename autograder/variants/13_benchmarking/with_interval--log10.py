# Counts digits with a logarithm.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    def rounded(x: float) -> str:
        if x == 0:
            return "0.00"
        decimals = 2 - math.floor(math.log10(abs(x)))
        return f"{round(x, decimals):.{max(decimals, 0)}f}"

    return "{} {} [{}, {}]".format(rounded(value), unit, rounded(interval.low), rounded(interval.high))
