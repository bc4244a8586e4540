# Says faster when any comparison is.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    if not validation.valid:
        return f"{model_name}: INVALID, {validation.why}."
    if any(c.verdict == "faster" for c in validation.comparisons):
        return f"{model_name} is faster than {baseline_name}."
    against = f" against {baseline_name}" if baseline_name else ""
    return f"{model_name}{against}: {validation.why}."
