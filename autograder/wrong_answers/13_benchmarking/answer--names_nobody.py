# Speaks of a model and a baseline.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    if not validation.valid:
        return f"INVALID: {validation.why}."
    if not validation.significant:
        return f"{model_name}: {validation.why}."
    return "The model is faster than the baseline."
