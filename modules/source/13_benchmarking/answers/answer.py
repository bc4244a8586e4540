# %% wrong: always_claims
# Says faster whenever something was compared.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    if not validation.valid:
        return f"{model_name}: INVALID, {validation.why}."
    if not validation.comparisons:
        return f"{model_name}: {validation.why}."
    return f"{model_name} is faster than {baseline_name} ({validation.why})."

# %% wrong: gives_no_reason
# Says that nothing was shown and not why.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    if not validation.valid:
        return f"{model_name}: INVALID."
    if not validation.significant:
        return f"{model_name}: no result."
    return f"{model_name} is faster than {baseline_name}."

# %% wrong: looks_at_the_verdicts
# Says faster when any comparison is.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    if not validation.valid:
        return f"{model_name}: INVALID, {validation.why}."
    if any(c.verdict == "faster" for c in validation.comparisons):
        return f"{model_name} is faster than {baseline_name}."
    against = f" against {baseline_name}" if baseline_name else ""
    return f"{model_name}{against}: {validation.why}."

# %% wrong: names_nobody
# Speaks of a model and a baseline.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    if not validation.valid:
        return f"INVALID: {validation.why}."
    if not validation.significant:
        return f"{model_name}: {validation.why}."
    return "The model is faster than the baseline."

# %% wrong: never_claims
# States the question again whatever was found.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    if not validation.valid:
        return f"{model_name}: INVALID, {validation.why}."
    against = f" against {baseline_name}" if baseline_name else ""
    return f"{model_name}{against}: {validation.why}."

# %% wrong: none_for_a_name
# Names a baseline that is not there.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    if not validation.valid:
        return f"{model_name} against {baseline_name}: INVALID, {validation.why}."
    if not validation.significant:
        return f"{model_name} against {baseline_name}: {validation.why}."
    return f"{model_name} is faster than {baseline_name}."

# %% wrong: validity_forgotten
# Takes runs that do not count for runs that found nothing.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    if not validation.significant:
        against = f" against {baseline_name}" if baseline_name else ""
        return f"{model_name}{against}: {validation.why}."
    return f"{model_name} is faster than {baseline_name}."

# %% right: conditional
# One conditional expression.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    who = model_name if baseline_name is None else f"{model_name} compared with {baseline_name}"
    if validation.significant and validation.valid:
        return f"{who} is faster."
    return f"{who}: {'' if validation.valid else 'the runs are INVALID and show nothing; '}{validation.why}."

# %% right: match
# Matches validity and significance.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    match (validation.valid, validation.significant):
        case (False, _):
            start = f"INVALID: the runs of {model_name} do not count"
        case (True, True):
            start = f"Yes: {model_name} is faster"
        case _:
            start = f"{model_name}, no claim"
    versus = f" (baseline {baseline_name})" if baseline_name is not None else ""
    return f"{start}{versus}; {validation.why}."

# %% right: parts
# Joins the parts that apply.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    parts = [model_name]
    if baseline_name is not None:
        parts.append(f"measured beside {baseline_name}")
    if not validation.valid:
        parts.append("INVALID")
    if validation.valid and validation.significant:
        parts += [f"faster: {c.ratio:.2f} of the {c.quantity}" for c in validation.comparisons if c.verdict == "faster"]
    else:
        parts.append(validation.why)
    return ", ".join(parts) + "."
