# Names a baseline that is not there.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    if not validation.valid:
        return f"{model_name} against {baseline_name}: INVALID, {validation.why}."
    if not validation.significant:
        return f"{model_name} against {baseline_name}: {validation.why}."
    return f"{model_name} is faster than {baseline_name}."
