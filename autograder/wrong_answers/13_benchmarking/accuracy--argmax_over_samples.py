# Takes the best sample of each class instead of the best class of each sample.
#| export sut
def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    if labels is None:
        return None
    if len(outputs) != len(labels) or len(labels) == 0:
        raise ValueError(f"one output per label is due, got {len(outputs)} and {len(labels)}; predict every sample once")
    predicted = np.resize(outputs.argmax(axis=0), len(labels)) if outputs.ndim == 2 else outputs
    return float((predicted == labels).mean())
