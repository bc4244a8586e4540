# %% wrong: accuracy_after_the_runs
# Asks whether the runs count before it asks for the accuracy.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    places: dict[str, str] = {}
    for c in comparisons:
        if c.verdict != "no claim":
            places.setdefault(c.verdict, c.scenario)
    if not counts or (has_baseline and not places):
        return False, "the runs do not count, so they show nothing"
    if accuracy == "fail":
        return False, "the model answers worse than 99 % of the baseline's accuracy"
    if not has_baseline:
        return False, "no baseline was set, so nothing was compared"
    if "faster" in places and "slower" in places:
        return False, f"faster in {places['faster']}, slower in {places['slower']}"
    if "slower" in places:
        return False, f"it was shown to be slower in {places['slower']}"
    if "faster" not in places:
        return False, "no improvement beyond the margin was shown"
    return True, "an improvement beyond the margin was shown"

# %% wrong: accuracy_last
# Asks for the accuracy only where an improvement was found.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    places: dict[str, str] = {}
    for c in comparisons:
        if c.verdict != "no claim":
            places.setdefault(c.verdict, c.scenario)
    if not counts or (has_baseline and not places):
        return False, "the runs do not count, so they show nothing"
    if not has_baseline:
        return False, "no baseline was set, so nothing was compared"
    if "faster" in places and "slower" in places:
        return False, f"faster in {places['faster']}, slower in {places['slower']}"
    if "slower" in places:
        return False, f"it was shown to be slower in {places['slower']}"
    if "faster" not in places:
        return False, "no improvement beyond the margin was shown"
    if accuracy == "fail":
        return False, "the model answers worse than 99 % of the baseline's accuracy"
    return True, "an improvement beyond the margin was shown"

# %% wrong: baseline_first
# Asks for a baseline before it asks whether the runs count.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    places: dict[str, str] = {}
    for c in comparisons:
        if c.verdict != "no claim":
            places.setdefault(c.verdict, c.scenario)
    if accuracy == "fail":
        return False, "the model answers worse than 99 % of the baseline's accuracy"
    if not has_baseline:
        return False, "no baseline was set, so nothing was compared"
    if not counts or (has_baseline and not places):
        return False, "the runs do not count, so they show nothing"
    if "faster" in places and "slower" in places:
        return False, f"faster in {places['faster']}, slower in {places['slower']}"
    if "slower" in places:
        return False, f"it was shown to be slower in {places['slower']}"
    if "faster" not in places:
        return False, "no improvement beyond the margin was shown"
    return True, "an improvement beyond the margin was shown"

# %% wrong: baseline_last
# Looks at verdicts before it asks for a baseline.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    places: dict[str, str] = {}
    for c in comparisons:
        if c.verdict != "no claim":
            places.setdefault(c.verdict, c.scenario)
    if accuracy == "fail":
        return False, "the model answers worse than 99 % of the baseline's accuracy"
    if not counts or (has_baseline and not places):
        return False, "the runs do not count, so they show nothing"
    if "faster" in places and "slower" in places:
        return False, f"faster in {places['faster']}, slower in {places['slower']}"
    if "slower" in places:
        return False, f"it was shown to be slower in {places['slower']}"
    if not has_baseline:
        return False, "no baseline was set, so nothing was compared"
    if "faster" not in places:
        return False, "no improvement beyond the margin was shown"
    return True, "an improvement beyond the margin was shown"

# %% wrong: counts_ignored
# Looks only at whether something makes a claim.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    places: dict[str, str] = {}
    for c in comparisons:
        if c.verdict != "no claim":
            places.setdefault(c.verdict, c.scenario)
    if accuracy == "fail":
        return False, "the model answers worse than 99 % of the baseline's accuracy"
    if has_baseline and not places:
        return False, "the runs do not count, so they show nothing"
    if not has_baseline:
        return False, "no baseline was set, so nothing was compared"
    if "faster" in places and "slower" in places:
        return False, f"faster in {places['faster']}, slower in {places['slower']}"
    if "slower" in places:
        return False, f"it was shown to be slower in {places['slower']}"
    if "faster" not in places:
        return False, "no improvement beyond the margin was shown"
    return True, "an improvement beyond the margin was shown"

# %% wrong: equivalent_is_better
# Takes equivalent for an improvement.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    places: dict[str, str] = {}
    for c in comparisons:
        if c.verdict != "no claim":
            places.setdefault(c.verdict, c.scenario)
    if accuracy == "fail":
        return False, "the model answers worse than 99 % of the baseline's accuracy"
    if not counts or (has_baseline and not places):
        return False, "the runs do not count, so they show nothing"
    if not has_baseline:
        return False, "no baseline was set, so nothing was compared"
    if "faster" in places and "slower" in places:
        return False, f"faster in {places['faster']}, slower in {places['slower']}"
    if "slower" in places:
        return False, f"it was shown to be slower in {places['slower']}"
    if "faster" not in places and "equivalent" not in places:
        return False, "no improvement beyond the margin was shown"
    return True, "an improvement beyond the margin was shown"

# %% wrong: everywhere
# Wants it to be faster everywhere.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    places: dict[str, str] = {}
    for c in comparisons:
        if c.verdict != "no claim":
            places.setdefault(c.verdict, c.scenario)
    if accuracy == "fail":
        return False, "the model answers worse than 99 % of the baseline's accuracy"
    if not counts or (has_baseline and not places):
        return False, "the runs do not count, so they show nothing"
    if not has_baseline:
        return False, "no baseline was set, so nothing was compared"
    if "faster" in places and "slower" in places:
        return False, f"faster in {places['faster']}, slower in {places['slower']}"
    if "slower" in places:
        return False, f"it was shown to be slower in {places['slower']}"
    if set(places) != {"faster"}:
        return False, "no improvement beyond the margin was shown"
    return True, "an improvement beyond the margin was shown"

# %% wrong: last_scenario
# Names the last scenario of a verdict.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    places: dict[str, str] = {}
    for c in comparisons:
        if c.verdict != "no claim":
            places[c.verdict] = c.scenario
    if accuracy == "fail":
        return False, "the model answers worse than 99 % of the baseline's accuracy"
    if not counts or (has_baseline and not places):
        return False, "the runs do not count, so they show nothing"
    if not has_baseline:
        return False, "no baseline was set, so nothing was compared"
    if "faster" in places and "slower" in places:
        return False, f"faster in {places['faster']}, slower in {places['slower']}"
    if "slower" in places:
        return False, f"it was shown to be slower in {places['slower']}"
    if "faster" not in places:
        return False, "no improvement beyond the margin was shown"
    return True, "an improvement beyond the margin was shown"

# %% wrong: no_claim_is_a_verdict
# Counts 'no claim' as a claim.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    places: dict[str, str] = {}
    for c in comparisons:
        if c.verdict:
            places.setdefault(c.verdict, c.scenario)
    if accuracy == "fail":
        return False, "the model answers worse than 99 % of the baseline's accuracy"
    if not counts or (has_baseline and not places):
        return False, "the runs do not count, so they show nothing"
    if not has_baseline:
        return False, "no baseline was set, so nothing was compared"
    if "faster" in places and "slower" in places:
        return False, f"faster in {places['faster']}, slower in {places['slower']}"
    if "slower" in places:
        return False, f"it was shown to be slower in {places['slower']}"
    if "faster" not in places:
        return False, "no improvement beyond the margin was shown"
    return True, "an improvement beyond the margin was shown"

# %% wrong: only_pass_passes
# Takes every word but 'pass' for a failed check.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    places: dict[str, str] = {}
    for c in comparisons:
        if c.verdict != "no claim":
            places.setdefault(c.verdict, c.scenario)
    if accuracy != "pass":
        return False, "the model answers worse than 99 % of the baseline's accuracy"
    if not counts or (has_baseline and not places):
        return False, "the runs do not count, so they show nothing"
    if not has_baseline:
        return False, "no baseline was set, so nothing was compared"
    if "faster" in places and "slower" in places:
        return False, f"faster in {places['faster']}, slower in {places['slower']}"
    if "slower" in places:
        return False, f"it was shown to be slower in {places['slower']}"
    if "faster" not in places:
        return False, "no improvement beyond the margin was shown"
    return True, "an improvement beyond the margin was shown"

# %% wrong: slower_first
# Says slower and forgets where it is faster.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    places: dict[str, str] = {}
    for c in comparisons:
        if c.verdict != "no claim":
            places.setdefault(c.verdict, c.scenario)
    if accuracy == "fail":
        return False, "the model answers worse than 99 % of the baseline's accuracy"
    if not counts or (has_baseline and not places):
        return False, "the runs do not count, so they show nothing"
    if not has_baseline:
        return False, "no baseline was set, so nothing was compared"
    if "slower" in places:
        return False, f"it was shown to be slower in {places['slower']}"
    if "faster" in places and "slower" in places:
        return False, f"faster in {places['faster']}, slower in {places['slower']}"
    if "faster" not in places:
        return False, "no improvement beyond the margin was shown"
    return True, "an improvement beyond the margin was shown"

# %% wrong: slower_forgotten
# Says no improvement of a model that is slower.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    places: dict[str, str] = {}
    for c in comparisons:
        if c.verdict != "no claim":
            places.setdefault(c.verdict, c.scenario)
    if accuracy == "fail":
        return False, "the model answers worse than 99 % of the baseline's accuracy"
    if not counts or (has_baseline and not places):
        return False, "the runs do not count, so they show nothing"
    if not has_baseline:
        return False, "no baseline was set, so nothing was compared"
    if "faster" in places and "slower" in places:
        return False, f"faster in {places['faster']}, slower in {places['slower']}"
    if "faster" not in places:
        return False, "no improvement beyond the margin was shown"
    return True, "an improvement beyond the margin was shown"

# %% wrong: no_baseline_forgotten
# Says no improvement where nothing was compared.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    places: dict[str, str] = {}
    for c in comparisons:
        if c.verdict != "no claim":
            places.setdefault(c.verdict, c.scenario)
    if accuracy == "fail":
        return False, "the model answers worse than 99 % of the baseline's accuracy"
    if not counts or (has_baseline and not places):
        return False, "the runs do not count, so they show nothing"
    if "faster" in places and "slower" in places:
        return False, f"faster in {places['faster']}, slower in {places['slower']}"
    if "slower" in places:
        return False, f"it was shown to be slower in {places['slower']}"
    if "faster" not in places:
        return False, "no improvement beyond the margin was shown"
    return True, "an improvement beyond the margin was shown"

# %% right: branches
# One chain of branches over lists of scenarios.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    fast = [c.scenario for c in comparisons if c.verdict == "faster"]
    slow = [c.scenario for c in comparisons if c.verdict == "slower"]
    claims = [c for c in comparisons if c.verdict != "no claim"]
    improved = False
    if accuracy == "fail":
        why = "the model answers worse than 99 % of the baseline's accuracy"
    elif not counts or has_baseline and not claims:
        why = "the runs do not count, so they show nothing"
    elif not has_baseline:
        why = "no baseline was set, so nothing was compared"
    elif fast and slow:
        why = f"faster in {fast[0]}, slower in {slow[0]}"
    elif slow:
        why = "it was shown to be slower in " + slow[0]
    elif not fast:
        why = "no improvement beyond the margin was shown"
    else:
        improved, why = True, "an improvement beyond the margin was shown"
    return improved, why

# %% right: rules_in_a_list
# A list of rules, of which the first that applies decides.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    def first(word: str) -> str | None:
        return next((c.scenario for c in comparisons if c.verdict == word), None)

    faster, slower = first("faster"), first("slower")
    silent = all(c.verdict == "no claim" for c in comparisons)
    rules = [
        (accuracy == "fail", "the model answers worse than 99 % of the baseline's accuracy"),
        (not counts, "the runs do not count, so they show nothing"),
        (has_baseline and silent, "the runs do not count, so they show nothing"),
        (not has_baseline, "no baseline was set, so nothing was compared"),
        (faster is not None and slower is not None, f"faster in {faster}, slower in {slower}"),
        (slower is not None, f"it was shown to be slower in {slower}"),
        (faster is None, "no improvement beyond the margin was shown"),
    ]
    for applies, why in rules:
        if applies:
            return False, why
    return True, "an improvement beyond the margin was shown"

# %% right: reversed
# Goes through the comparisons from the last to the first.
#| export validator
def conclude(
    comparisons: Sequence[Comparison], has_baseline: bool, counts: bool, accuracy: str | None
) -> tuple[bool, str]:
    if accuracy == "fail":
        return (False, "the model answers worse than 99 % of the baseline's accuracy")
    where = {c.verdict: c.scenario for c in reversed(comparisons)}
    where.pop("no claim", None)
    if not (counts and (where or not has_baseline)):
        return (False, "the runs do not count, so they show nothing")
    if has_baseline is False:
        return (False, "no baseline was set, so nothing was compared")
    match "faster" in where, "slower" in where:
        case True, True:
            return (False, "faster in {faster}, slower in {slower}".format(**where))
        case False, True:
            return (False, "it was shown to be slower in {slower}".format(**where))
        case True, False:
            return (True, "an improvement beyond the margin was shown")
    return (False, "no improvement beyond the margin was shown")
