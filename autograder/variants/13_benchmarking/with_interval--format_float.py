# Has numpy print without exponents.
#| export reporter
def with_interval(value: float, interval: Interval, unit: str) -> str:
    def words(x: float) -> str:
        text = np.format_float_positional(x, precision=3, unique=False, fractional=False, trim="-")
        digits = text.replace(".", "").lstrip("0-")
        if "." not in text and len(digits) < 3:
            text += "."
        while len(text.replace(".", "").lstrip("0-")) < 3:
            text += "0"
        return text

    low, high, _ = interval
    return f"{words(value)} {unit} [{words(low)}, {words(high)}]"
