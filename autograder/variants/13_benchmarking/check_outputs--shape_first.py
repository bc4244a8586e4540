# Compares the first entry of the shape.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    result = np.asarray(outputs)
    found = result.shape[0] if result.shape else 0
    if found == n_samples:
        return result
    raise ValueError(f"need one output per sample: got {found} outputs for {n_samples} samples; return a row for each")
