# %% wrong: all_digits
# Writes every digit that there is.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    return f"{value} {unit} [{interval.low}, {interval.high}]"

# %% wrong: no_unit
# Leaves the unit out.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    def three(x: float) -> str:
        rounded = f"{x:.2e}"
        return f"{float(rounded):.{max(0, 2 - int(rounded.partition('e')[2]))}f}"

    return f"{three(value)} [{three(interval.low)}, {three(interval.high)}] {unit}"

# %% wrong: plus_minus
# Writes plus-minus half of the interval.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    def three(x: float) -> str:
        rounded = f"{x:.2e}"
        return f"{float(rounded):.{max(0, 2 - int(rounded.partition('e')[2]))}f}"

    return f"{three(value)} ± {three((interval.high - interval.low) / 2)} {unit}"

# %% wrong: scientific
# Lets large numbers turn into powers of ten.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    return f"{value:#.3g} {unit} [{interval.low:#.3g}, {interval.high:#.3g}]"

# %% wrong: swapped
# Writes high before low.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    def three(x: float) -> str:
        rounded = f"{x:.2e}"
        return f"{float(rounded):.{max(0, 2 - int(rounded.partition('e')[2]))}f}"

    return f"{three(value)} {unit} [{three(interval.high)}, {three(interval.low)}]"

# %% wrong: two_decimals
# Rounds to two decimals, whatever the size.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    return f"{value:.2f} {unit} [{interval.low:.2f}, {interval.high:.2f}]"

# %% wrong: drops_zeros
# Writes 0.39 for 0.390.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    def three(x: float) -> str:
        rounded = f"{x:.2e}"
        text = f"{float(rounded):.{max(0, 2 - int(rounded.partition('e')[2]))}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    return f"{three(value)} {unit} [{three(interval.low)}, {three(interval.high)}]"

# %% wrong: logarithm_of_zero
# Counts digits with a logarithm, which 0 does not have.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    def three(x: float) -> str:
        decimals = 2 - math.floor(math.log10(abs(x)))
        return f"{round(x, decimals):.{max(decimals, 0)}f}"

    return f"{three(value)} {unit} [{three(interval.low)}, {three(interval.high)}]"

# %% wrong: zero_without_decimals
# Writes 0 for 0.00.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    def three(x: float) -> str:
        rounded = f"{x:.2e}"
        return f"{float(rounded):.{max(0, 2 - int(rounded.partition('e')[2]))}f}" if x else "0"

    return f"{three(value)} {unit} [{three(interval.low)}, {three(interval.high)}]"

# %% wrong: milliseconds_only
# Writes ms, whatever the unit.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    def three(x: float) -> str:
        rounded = f"{x:.2e}"
        return f"{float(rounded):.{max(0, 2 - int(rounded.partition('e')[2]))}f}"

    return f"{three(value)} ms [{three(interval.low)}, {three(interval.high)}]"

# %% right: decimals_by_size
# Finds the decimals by comparing.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    def show(x: float) -> str:
        size, decimals = abs(float(f"{x:.3g}")), 0 if x else 2
        while decimals < 9 and 0 < size < 100:
            size, decimals = size * 10, decimals + 1
        return f"{float(f'{x:.3g}'):.{decimals}f}"

    numbers = [show(x) for x in (value, interval.low, interval.high)]
    return f"{numbers[0]} {unit} [{', '.join(numbers[1:])}]"

# %% right: format_float
# Has numpy print without exponents.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    def words(x: float) -> str:
        if x == 0:
            return "0.00"
        text = np.format_float_positional(x, precision=3, unique=False, fractional=False, trim="-")
        digits = text.replace(".", "").lstrip("0-")
        if "." not in text and len(digits) < 3:
            text += "."
        while len(text.replace(".", "").lstrip("0-")) < 3:
            text += "0"
        return text

    low, high, _ = interval
    return f"{words(value)} {unit} [{words(low)}, {words(high)}]"

# %% right: log10
# Counts digits with a logarithm.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    def rounded(x: float) -> str:
        if x == 0:
            return "0.00"
        decimals = 2 - math.floor(math.log10(abs(x)))
        return f"{round(x, decimals):.{max(decimals, 0)}f}"

    return "{} {} [{}, {}]".format(rounded(value), unit, rounded(interval.low), rounded(interval.high))
