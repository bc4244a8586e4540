# Lets numpy give a bare number a shape that cannot match.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    array = np.asarray(outputs)
    counted = array.shape[:1]
    if counted != (n_samples,):
        raise ValueError(f"rule: one output per sample. Expected {n_samples}, got {counted or 'a bare number'}. Return a batch.")
    return array
