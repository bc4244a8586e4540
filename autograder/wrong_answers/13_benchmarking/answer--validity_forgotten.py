# Takes runs that do not count for runs that found nothing.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    if not validation.significant:
        against = f" against {baseline_name}" if baseline_name else ""
        return f"{model_name}{against}: {validation.why}."
    return f"{model_name} is faster than {baseline_name}."
