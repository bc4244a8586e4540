# Says that nothing was shown and not why.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    if not validation.valid:
        return f"{model_name}: INVALID."
    if not validation.significant:
        return f"{model_name}: no result."
    return f"{model_name} is faster than {baseline_name}."
