# Looks for surplus outputs only; lost samples pass.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    answers = np.asarray(outputs)
    if answers.ndim == 0 or len(answers) > n_samples:
        raise ValueError(f"one output per sample is due: {n_samples} samples, outputs of shape {answers.shape}; fix the model")
    return answers
