# Finds the decimals by comparing.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    def show(x: float) -> str:
        size, decimals = abs(float(f"{x:.3g}")), 0
        while decimals < 9 and 0 < size < 100:
            size, decimals = size * 10, decimals + 1
        return f"{float(f'{x:.3g}'):.{decimals}f}"

    numbers = [show(x) for x in (value, interval.low, interval.high)]
    return f"{numbers[0]} {unit} [{', '.join(numbers[1:])}]"
