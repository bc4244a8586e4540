# %% wrong: all_comparisons
# States the ratio of every comparison, whether it was resolved or not.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    against = f" against {baseline_name}" if baseline_name else ""
    doubt = "" if validation.valid else "some runs are INVALID; "
    if not validation.significant:
        return f"{model_name}{against}: {doubt}{validation.why}."
    fast = [f"{1 / c.ratio:.3g} times ({c.scenario})" for c in validation.comparisons]
    return f"{model_name} is faster than {baseline_name}: {doubt}{', '.join(fast)}."

# %% wrong: always_claims
# Says faster whenever something was compared and counts.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    against = f" against {baseline_name}" if baseline_name else ""
    doubt = "" if validation.valid else "some runs are INVALID; "
    if not validation.comparisons or (not validation.valid and not validation.significant):
        return f"{model_name}{against}: {doubt}{validation.why}."
    parts = [f"{1 / c.ratio:.3g} times" for c in validation.comparisons if c.verdict == "faster"]
    return f"{model_name} is faster than {baseline_name} ({doubt}{', '.join(parts)}; {validation.why})."

# %% wrong: forgets_the_baseline
# Names the baseline only where the model won.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    against = f" against {baseline_name}" if baseline_name else ""
    doubt = "" if validation.valid else "some runs are INVALID; "
    if not validation.significant:
        return f"{model_name}: {doubt}{validation.why}."
    fast = [f"{1 / c.ratio:.3g} times ({c.scenario})" for c in validation.comparisons if c.verdict == "faster"]
    return f"{model_name} is faster than {baseline_name}: {doubt}{', '.join(fast)}."

# %% wrong: gives_no_reason
# Says that nothing was shown and not why.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    against = f" against {baseline_name}" if baseline_name else ""
    doubt = "" if validation.valid else "some runs are INVALID; "
    if not validation.significant:
        return f"{model_name}{against}: {doubt}no result."
    fast = [f"{1 / c.ratio:.3g} times ({c.scenario})" for c in validation.comparisons if c.verdict == "faster"]
    return f"{model_name} is faster than {baseline_name}: {doubt}{', '.join(fast)}."

# %% wrong: first_comparison_only
# States the first ratio and leaves the other scenario out.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    against = f" against {baseline_name}" if baseline_name else ""
    doubt = "" if validation.valid else "some runs are INVALID; "
    if not validation.significant:
        return f"{model_name}{against}: {doubt}{validation.why}."
    fast = [f"{1 / c.ratio:.3g} times ({c.scenario})" for c in validation.comparisons if c.verdict == "faster"]
    return f"{model_name} is faster than {baseline_name}: {doubt}{fast[0]}."

# %% wrong: invalid_hides_the_claim
# Does not say what was shown where some run does not count.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    against = f" against {baseline_name}" if baseline_name else ""
    doubt = "" if validation.valid else "some runs are INVALID; "
    if not validation.significant or not validation.valid:
        return f"{model_name}{against}: {doubt}{validation.why}."
    fast = [f"{1 / c.ratio:.3g} times ({c.scenario})" for c in validation.comparisons if c.verdict == "faster"]
    return f"{model_name} is faster than {baseline_name}: {doubt}{', '.join(fast)}."

# %% wrong: looks_at_the_verdicts
# Says faster when any comparison is.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    against = f" against {baseline_name}" if baseline_name else ""
    doubt = "" if validation.valid else "some runs are INVALID; "
    fast = [f"{1 / c.ratio:.3g} times" for c in validation.comparisons if c.verdict == "faster"]
    if not fast:
        return f"{model_name}{against}: {doubt}{validation.why}."
    return f"{model_name} is faster than {baseline_name}: {doubt}{', '.join(fast)}."

# %% wrong: names_nobody
# Speaks of a model and a baseline.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    against = f" against {baseline_name}" if baseline_name else ""
    doubt = "" if validation.valid else "some runs are INVALID; "
    if not validation.significant:
        return f"{model_name}{against}: {doubt}{validation.why}."
    fast = [f"{1 / c.ratio:.3g} times ({c.scenario})" for c in validation.comparisons if c.verdict == "faster"]
    return f"The model is faster than the baseline: {doubt}{', '.join(fast)}."

# %% wrong: never_claims
# States the question again whatever was found.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    against = f" against {baseline_name}" if baseline_name else ""
    doubt = "" if validation.valid else "some runs are INVALID; "
    return f"{model_name}{against}: {doubt}{validation.why}."

# %% wrong: no_factor
# Says faster and not by how much.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    against = f" against {baseline_name}" if baseline_name else ""
    doubt = "" if validation.valid else "some runs are INVALID; "
    if not validation.significant:
        return f"{model_name}{against}: {doubt}{validation.why}."
    return f"{model_name} is faster than {baseline_name}{'' if validation.valid else ', some runs are INVALID'}."

# %% wrong: none_for_a_name
# Names a baseline that is not there.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    against = f" against {baseline_name}"
    doubt = "" if validation.valid else "some runs are INVALID; "
    if not validation.significant:
        return f"{model_name}{against}: {doubt}{validation.why}."
    fast = [f"{1 / c.ratio:.3g} times ({c.scenario})" for c in validation.comparisons if c.verdict == "faster"]
    return f"{model_name} is faster than {baseline_name}: {doubt}{', '.join(fast)}."

# %% wrong: ratio_for_its_inverse
# Calls half of the time 0.5 times faster.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    against = f" against {baseline_name}" if baseline_name else ""
    doubt = "" if validation.valid else "some runs are INVALID; "
    if not validation.significant:
        return f"{model_name}{against}: {doubt}{validation.why}."
    fast = [f"{c.ratio:.3g} times ({c.scenario})" for c in validation.comparisons if c.verdict == "faster"]
    return f"{model_name} is faster than {baseline_name}: {doubt}{', '.join(fast)}."

# %% wrong: silent_beside_a_claim
# Forgets beside a claim that some runs do not count.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    against = f" against {baseline_name}" if baseline_name else ""
    doubt = "" if validation.valid else "some runs are INVALID; "
    if not validation.significant:
        return f"{model_name}{against}: {doubt}{validation.why}."
    fast = [f"{1 / c.ratio:.3g} times ({c.scenario})" for c in validation.comparisons if c.verdict == "faster"]
    return f"{model_name} is faster than {baseline_name}: {', '.join(fast)}."

# %% wrong: validity_forgotten
# Takes runs that do not count for runs that found nothing.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    against = f" against {baseline_name}" if baseline_name else ""
    doubt = "" if validation.valid else "some runs are INVALID; "
    if not validation.significant:
        return f"{model_name}{against}: {validation.why}."
    fast = [f"{1 / c.ratio:.3g} times" for c in validation.comparisons if c.verdict == "faster"]
    return f"{model_name} is faster than {baseline_name}: {doubt}{', '.join(fast)}."

# %% right: conditional
# One conditional expression.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    who = model_name if baseline_name is None else f"{model_name} compared with {baseline_name}"
    times = [round(1 / c.ratio, 2) for c in validation.comparisons if c.verdict == "faster"]
    what = f"faster, {times} times" if validation.significant else validation.why
    return f"{who}: {what}{'' if validation.valid else '; INVALID runs among them'}."

# %% right: match
# Matches validity and significance.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    versus = f" (baseline {baseline_name})" if baseline_name is not None else ""
    times = " and ".join(f"{1 / c.ratio:.2f}x in {c.scenario}" for c in validation.comparisons if c.verdict == "faster")
    match (validation.valid, validation.significant):
        case (False, False):
            return f"INVALID: runs of {model_name}{versus} do not count; {validation.why}."
        case (False, True):
            return f"Yes, but INVALID in part: {model_name}{versus} is faster, {times}."
        case (True, True):
            return f"Yes: {model_name}{versus} is faster, {times}."
    return f"{model_name}{versus}, no claim; {validation.why}."

# %% right: parts
# Joins the parts that apply.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    parts = [model_name]
    if baseline_name is not None:
        parts.append(f"measured beside {baseline_name}")
    if not validation.valid:
        parts.append("INVALID")
    if validation.significant:
        parts += [f"faster: {1 / c.ratio:.3g} times the speed" for c in validation.comparisons if c.verdict == "faster"]
    else:
        parts.append(validation.why)
    return ", ".join(parts) + "."

# %% equivalent: words
# How a comparison is called, and what stands between two, is not asked for.
# - parts = [f'{1 / c.ratio:.3g} times in {title(c.scenario)} ({c.quantity})' for c in fast]
# + parts = [f'{1 / c.ratio:.3g} times in {title(c.verdict)} ({c.quantity})' for c in fast]
# + parts = [f'{1 / c.ratio:.3g} times in {title(c.scenario)} ({c.ratio})' for c in fast]

# %% equivalent: words_2
# How a comparison is called, and what stands between two, is not asked for.
# - return f"{model_name} is faster than {baseline_name}: {', '.join(parts)}{doubt}."
# + return f"{model_name} is faster than {baseline_name}: {', XX'.join(parts)}{doubt}."
