# States the question again whatever was found.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    if not validation.valid:
        return f"{model_name}: INVALID, {validation.why}."
    against = f" against {baseline_name}" if baseline_name else ""
    return f"{model_name}{against}: {validation.why}."
