# %% wrong: argmax_of_ids
# Takes the argmax of class ids as well: one position in the batch.
#| export sut
def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    if labels is None:
        return None
    if len(outputs) != len(labels) or len(labels) == 0:
        raise ValueError(f"one output per label is due, got {len(outputs)} and {len(labels)}; predict every sample once")
    return float((outputs.argmax(axis=-1) == labels).mean())

# %% wrong: argmax_over_samples
# Takes the best sample of each class instead of the best class of each sample.
#| export sut
def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    if labels is None:
        return None
    if len(outputs) != len(labels) or len(labels) == 0:
        raise ValueError(f"one output per label is due, got {len(outputs)} and {len(labels)}; predict every sample once")
    predicted = np.resize(outputs.argmax(axis=0), len(labels)) if outputs.ndim == 2 else outputs
    return float((predicted == labels).mean())

# %% wrong: broadcasts
# Compares whatever numpy can broadcast.
#| export sut
def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    if labels is None:
        return None
    if len(labels) == 0:
        raise ValueError("0 labels leave nothing to score; pass the labels of the samples")
    predicted = outputs.argmax(axis=1) if outputs.ndim == 2 else outputs
    return float((predicted == labels).mean())

# %% wrong: counts
# Returns how many are right, not which share.
#| export sut
def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    if labels is None:
        return None
    if len(outputs) != len(labels) or len(labels) == 0:
        raise ValueError(f"one output per label is due, got {len(outputs)} and {len(labels)}; predict every sample once")
    predicted = outputs.argmax(axis=1) if outputs.ndim == 2 else outputs
    return float((predicted == labels).sum())

# %% wrong: order_lost
# Sorts both sides first, so right classes for the wrong samples count.
#| export sut
def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    if labels is None:
        return None
    if len(outputs) != len(labels) or len(labels) == 0:
        raise ValueError(f"one output per label is due, got {len(outputs)} and {len(labels)}; predict every sample once")
    predicted = outputs.argmax(axis=1) if outputs.ndim == 2 else outputs
    return float((np.sort(predicted) == np.sort(labels)).mean())

# %% wrong: zero_of_nothing
# Calls no samples 0 right.
#| export sut
def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    if labels is None:
        return None
    if len(outputs) != len(labels):
        raise ValueError(f"one output per label is due, got {len(outputs)} and {len(labels)}; predict every sample once")
    if len(labels) == 0:
        return 0.0
    predicted = outputs.argmax(axis=1) if outputs.ndim == 2 else outputs
    return float((predicted == labels).mean())

# %% wrong: zero_without_labels
# Reports 0 where nothing was measured.
#| export sut
def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    if labels is None:
        return 0.0
    if len(outputs) != len(labels) or len(labels) == 0:
        raise ValueError(f"one output per label is due, got {len(outputs)} and {len(labels)}; predict every sample once")
    predicted = outputs.argmax(axis=1) if outputs.ndim == 2 else outputs
    return float((predicted == labels).mean())

# %% right: comprehension
# Sums a comprehension over rows.
#| export sut
def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    if labels is None:
        return None
    n = len(labels)
    if n == 0 or len(outputs) != n:
        raise ValueError(f"need as many outputs as labels and at least one: {len(outputs)} and {n}; check the split")
    rows = outputs.tolist()
    guesses = [row.index(max(row)) if isinstance(row, list) else row for row in rows]
    return sum(g == t for g, t in zip(guesses, labels.tolist())) / n

# %% right: count_nonzero
# Counts with numpy and divides.
#| export sut
def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    if labels is None:
        return None
    scores, truth = np.asarray(outputs), np.asarray(labels)
    if scores.shape[0] != truth.shape[0] or truth.size == 0:
        raise ValueError(f"{scores.shape[0]} outputs and {truth.size} labels: give one label per output, at least one")
    if scores.ndim > 1:
        scores = np.argmax(scores, axis=1)
    return float(np.count_nonzero(scores == truth) / truth.size)

# %% right: loop
# Counts in a loop.
#| export sut
def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    if labels is None:
        return None
    if len(outputs) != len(labels):
        raise ValueError(f"{len(outputs)} outputs for {len(labels)} labels: one each; predict every sample once")
    if len(labels) == 0:
        raise ValueError("accuracy of 0 samples does not exist; pass at least one")
    right = 0
    for output, label in zip(outputs, labels):
        guess = np.argmax(output) if np.ndim(output) else output
        right += int(guess == label)
    return right / len(labels)

# %% equivalent: words_of_the_error
# What the error says is not asked for here.
# - counts = f'{len(outputs)} outputs and {len(labels)} labels'
# + counts = ''
