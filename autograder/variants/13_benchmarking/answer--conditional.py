# One conditional expression.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    who = model_name if baseline_name is None else f"{model_name} compared with {baseline_name}"
    if validation.significant and validation.valid:
        return f"{who} is faster."
    return f"{who}: {'' if validation.valid else 'the runs are INVALID and show nothing; '}{validation.why}."
