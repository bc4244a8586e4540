# %% wrong: ignores_the_margin
# Asks only whether the interval leaves 1 out.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    least, most = 1 / (1 + margin), 1 + margin
    if interval.high < 1:
        return "faster"
    if interval.low > 1:
        return "slower"
    if least < equivalence_interval.low and equivalence_interval.high < most:
        return "equivalent"
    return "not resolved"

# %% wrong: middle_decides
# Lets the middle of the interval decide.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    least, most = 1 / (1 + margin), 1 + margin
    middle = (interval.low + interval.high) / 2
    if middle < least:
        return "faster"
    if middle > most:
        return "slower"
    if least < equivalence_interval.low and equivalence_interval.high < most:
        return "equivalent"
    return "not resolved"

# %% wrong: not_significant_is_equal
# Calls everything that holds 1 equivalent.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    least, most = 1 / (1 + margin), 1 + margin
    if interval.high < least:
        return "faster"
    if interval.low > most:
        return "slower"
    if interval.low <= 1 <= interval.high:
        return "equivalent"
    return "not resolved"

# %% wrong: one_interval_for_both
# Decides equivalence by the interval meant for faster and slower.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    least, most = 1 / (1 + margin), 1 + margin
    if interval.high < least:
        return "faster"
    if interval.low > most:
        return "slower"
    if least < interval.low and interval.high < most:
        return "equivalent"
    return "not resolved"

# %% wrong: upside_down
# Calls a ratio above 1 faster.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    least, most = 1 / (1 + margin), 1 + margin
    if interval.low > most:
        return "faster"
    if interval.high < least:
        return "slower"
    if least < equivalence_interval.low and equivalence_interval.high < most:
        return "equivalent"
    return "not resolved"

# %% wrong: always_one_percent
# Writes 0.99 and 1.01 in place of the margin.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    least, most = 1 / (1 + margin), 1 + margin
    if interval.high < 0.99:
        return "faster"
    if interval.low > 1.01:
        return "slower"
    if least < equivalence_interval.low and equivalence_interval.high < most:
        return "equivalent"
    return "not resolved"

# %% wrong: equivalent_within_one_percent
# Writes 0.99 and 1.01 in place of the margin where it decides what is equivalent.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    least, most = 1 / (1 + margin), 1 + margin
    if interval.high < least:
        return "faster"
    if interval.low > most:
        return "slower"
    if 0.99 < equivalence_interval.low and equivalence_interval.high < 1.01:
        return "equivalent"
    return "not resolved"

# %% wrong: equivalent_with_one_end
# Asks for one end of the equivalence interval within the margin.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    least, most = 1 / (1 + margin), 1 + margin
    if interval.high < least:
        return "faster"
    if interval.low > most:
        return "slower"
    if least < equivalence_interval.low or equivalence_interval.high < most:
        return "equivalent"
    return "not resolved"

# %% wrong: claims_by_the_other_interval
# Lets the equivalence interval, which is narrower, say faster and slower.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    least, most = 1 / (1 + margin), 1 + margin
    if equivalence_interval.high < least:
        return "faster"
    if equivalence_interval.low > most:
        return "slower"
    if least < equivalence_interval.low and equivalence_interval.high < most:
        return "equivalent"
    return "not resolved"

# %% right: logarithms
# Compares on the log scale, where the margin is symmetrical.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    edge = math.log(1 + margin)
    if math.log(interval.high) < -edge:
        return "faster"
    if math.log(interval.low) > edge:
        return "slower"
    farthest = max(abs(math.log(equivalence_interval.low)), abs(math.log(equivalence_interval.high)))
    return "equivalent" if farthest < edge else "not resolved"

# %% right: one_expression
# Conditional expressions.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    inside = 1 / (1 + margin) < equivalence_interval.low <= equivalence_interval.high < 1 + margin
    return (
        "faster" if interval.high < 1 / (1 + margin)
        else "slower" if interval.low > 1 + margin
        else "equivalent" if inside
        else "not resolved"
    )

# %% right: unpacked
# Unpacks both intervals.
#| export comparison
def verdict(interval: Interval, equivalence_interval: Interval, margin: float) -> str:
    low, high, _ = interval
    inner_low, inner_high, _ = equivalence_interval
    result = "not resolved"
    if inner_low * (1 + margin) > 1 and inner_high < 1 + margin:
        result = "equivalent"
    if low > 1 + margin:
        result = "slower"
    if high * (1 + margin) < 1:
        result = "faster"
    return result

# %% equivalent: exactly_at_the_margin
# An end exactly at the margin is a matter of rounding: 1 / (1 + margin) is hardly ever exact.
# - if interval.high < least:
# + if interval.high <= least:

# %% equivalent: exactly_at_the_margin_2
# An end exactly at the margin is a matter of rounding: 1 / (1 + margin) is hardly ever exact.
# - if interval.low > most:
# + if interval.low >= most:

# %% equivalent: exactly_at_the_margin_3
# An end exactly at the margin is a matter of rounding: 1 / (1 + margin) is hardly ever exact.
# - if least < equivalence_interval.low and equivalence_interval.high < most:
# + if least <= equivalence_interval.low and equivalence_interval.high < most:
# + if least < equivalence_interval.low and equivalence_interval.high <= most:
