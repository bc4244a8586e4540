# Matches validity and significance.
#| export reporter
def answer(validation: Validation, model_name: str, baseline_name: str | None) -> str:
    match (validation.valid, validation.significant):
        case (False, _):
            start = f"INVALID: the runs of {model_name} do not count"
        case (True, True):
            start = f"Yes: {model_name} is faster"
        case _:
            start = f"{model_name}, no claim"
    versus = f" (baseline {baseline_name})" if baseline_name is not None else ""
    return f"{start}{versus}; {validation.why}."
