# %% wrong: accepts_fewer
# Looks for surplus outputs only; lost samples pass.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    answers = np.asarray(outputs)
    if answers.ndim == 0 or len(answers) > n_samples:
        raise ValueError(f"one output per sample is due: {n_samples} samples, {len(answers) if answers.ndim else 0} outputs; fix the model")
    return answers

# %% wrong: counts_numbers
# Counts the numbers in the outputs instead of the rows.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    answers = np.asarray(outputs)
    if answers.ndim == 0 or answers.size != n_samples:
        raise ValueError(f"one output per sample is due: {n_samples} samples, {len(answers) if answers.ndim else 0} outputs; fix the model")
    return answers

# %% wrong: keeps_lists
# Checks the length and hands a list back as a list.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    if np.ndim(outputs) == 0 or len(outputs) != n_samples:
        raise ValueError(f"one output per sample is due: {n_samples} samples, {len(outputs) if np.ndim(outputs) else 0} outputs; fix the model")
    return outputs

# %% wrong: says_no_counts
# Refuses rightly and does not say what it saw.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    answers = np.asarray(outputs)
    if answers.ndim == 0 or len(answers) != n_samples:
        raise ValueError("wrong number of outputs")
    return answers

# %% wrong: squeezes
# Squeezes the outputs, so a batch of one loses its batch axis.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    answers = np.asarray(outputs)
    if answers.ndim == 0 or len(answers) != n_samples:
        raise ValueError(f"one output per sample is due: {n_samples} samples, {len(answers) if answers.ndim else 0} outputs; fix the model")
    return answers.squeeze()

# %% wrong: trips_over_a_number
# Takes the length of something that has none: a TypeError where a ValueError is due.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    answers = np.asarray(outputs)
    if len(answers) != n_samples:
        raise ValueError(f"one output per sample is due: {n_samples} samples, {len(answers)} outputs; fix the model")
    return answers

# %% wrong: truncates_silently
# Cuts surplus outputs off without a word.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    answers = np.asarray(outputs)
    if answers.ndim == 0 or len(answers) < n_samples:
        raise ValueError(f"one output per sample is due: {n_samples} samples, {len(answers) if answers.ndim else 0} outputs; fix the model")
    return answers[:n_samples]

# %% wrong: a_number_is_one_output
# Counts a bare number as one output, so it will do for a batch of one.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    answers = np.asarray(outputs)
    counted = len(answers) if answers.ndim else 1
    if counted != n_samples:
        seen = counted if answers.ndim else 0
        raise ValueError(f"one output per sample is due: {n_samples} samples, {seen} outputs; fix the model")
    return answers

# %% right: atleast
# Lets numpy give a bare number a shape that cannot match.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    array = np.asarray(outputs)
    counted = array.shape[:1]
    if counted != (n_samples,):
        raise ValueError(f"rule: one output per sample. Expected {n_samples}, got {array.shape[0] if counted else 0}. Return a batch.")
    return array

# %% right: shape_first
# Compares the first entry of the shape.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    result = np.asarray(outputs)
    found = result.shape[0] if result.shape else 0
    if found == n_samples:
        return result
    raise ValueError(f"need one output per sample: got {found} outputs for {n_samples} samples; return a row for each")

# %% right: try_len
# Asks for forgiveness where there is no length.
#| export sut
def check_outputs(outputs: Any, n_samples: int) -> Array:
    try:
        count = len(outputs)
    except TypeError:
        raise ValueError(f"one output per sample: got 0 outputs, a single value, for {n_samples} samples; return an array") from None
    if count != n_samples:
        raise ValueError(f"one output per sample: got {count} for {n_samples} samples; look at what the model returns")
    return np.array(outputs)
