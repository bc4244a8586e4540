# %% wrong: all_rounds
# Wants every round to show it.
#| export validator
def in_most(found: Sequence[Pitfall | None]) -> list[Pitfall]:
    seen = [pitfall for pitfall in found if pitfall is not None]
    return seen[:1] if len(seen) == len(found) else []

# %% wrong: every_pitfall
# Returns what each round showed.
#| export validator
def in_most(found: Sequence[Pitfall | None]) -> list[Pitfall]:
    seen = [pitfall for pitfall in found if pitfall is not None]
    return seen if 2 * len(seen) > len(found) else []

# %% wrong: first_round
# Returns what the first round showed, even if that is nothing.
#| export validator
def in_most(found: Sequence[Pitfall | None]) -> list[Pitfall]:
    seen = [pitfall for pitfall in found if pitfall is not None]
    return list(found[:1]) if 2 * len(seen) > len(found) else []

# %% wrong: half_is_enough
# Believes what half of the rounds show.
#| export validator
def in_most(found: Sequence[Pitfall | None]) -> list[Pitfall]:
    seen = [pitfall for pitfall in found if pitfall is not None]
    return seen[:1] if 2 * len(seen) >= len(found) else []

# %% wrong: last
# Returns the last one.
#| export validator
def in_most(found: Sequence[Pitfall | None]) -> list[Pitfall]:
    seen = [pitfall for pitfall in found if pitfall is not None]
    return seen[-1:] if 2 * len(seen) > len(found) else []

# %% wrong: one_is_enough
# Believes a single round.
#| export validator
def in_most(found: Sequence[Pitfall | None]) -> list[Pitfall]:
    return [pitfall for pitfall in found if pitfall is not None][:1]

# %% wrong: share_of_nothing
# Divides by the number of rounds.
#| export validator
def in_most(found: Sequence[Pitfall | None]) -> list[Pitfall]:
    seen = [pitfall for pitfall in found if pitfall is not None]
    return seen[:1] if len(seen) / len(found) > 0.5 else []

# %% right: counted
# Counts those that are None.
#| export validator
def in_most(found: Sequence[Pitfall | None]) -> list[Pitfall]:
    quiet = sum(pitfall is None for pitfall in found)
    if len(found) - quiet <= quiet:
        return []
    return [next(pitfall for pitfall in found if pitfall is not None)]

# %% right: filtered
# Filters, then compares with a half.
#| export validator
def in_most(found: Sequence[Pitfall | None]) -> list[Pitfall]:
    shown = list(filter(None, found))
    if len(shown) > len(found) / 2:
        return [shown[0]]
    return []

# %% right: loop
# Goes through the rounds.
#| export validator
def in_most(found: Sequence[Pitfall | None]) -> list[Pitfall]:
    first, times = None, 0
    for pitfall in found:
        if pitfall is not None:
            times += 1
            first = first or pitfall
    return [first] if first is not None and times * 2 > len(found) else []
