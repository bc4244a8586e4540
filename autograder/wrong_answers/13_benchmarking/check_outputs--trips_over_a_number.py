# Takes the length of something that has none: a TypeError where a ValueError is due.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    answers = np.asarray(outputs)
    if len(answers) != n_samples:
        raise ValueError(f"one output per sample is due: {n_samples} samples, {len(answers)} outputs; fix the model")
    return answers
