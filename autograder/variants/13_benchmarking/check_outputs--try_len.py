# Asks for forgiveness where there is no length.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    try:
        count = len(outputs)
    except TypeError:
        raise ValueError(f"one output per sample: got a single value for {n_samples} samples; return an array") from None
    if count != n_samples:
        raise ValueError(f"one output per sample: got {count} for {n_samples} samples; look at what the model returns")
    return np.array(outputs)
