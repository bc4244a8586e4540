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
