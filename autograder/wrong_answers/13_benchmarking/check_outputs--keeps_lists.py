# Checks the length and hands a list back as a list.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    if np.ndim(outputs) == 0 or len(outputs) != n_samples:
        raise ValueError(f"one output per sample is due: {n_samples} samples, {np.shape(outputs)} outputs; fix the model")
    return outputs
