# Refuses rightly and does not say what it saw.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    answers = np.asarray(outputs)
    if answers.ndim == 0 or len(answers) != n_samples:
        raise ValueError("wrong number of outputs")
    return answers
