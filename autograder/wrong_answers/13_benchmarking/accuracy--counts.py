# Returns how many are right, not which share.
#| export sut
def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    if labels is None:
        return None
    if len(outputs) != len(labels) or len(labels) == 0:
        raise ValueError(f"one output per label is due, got {len(outputs)} and {len(labels)}; predict every sample once")
    predicted = outputs.argmax(axis=1) if outputs.ndim == 2 else outputs
    return float((predicted == labels).sum())
