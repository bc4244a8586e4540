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
