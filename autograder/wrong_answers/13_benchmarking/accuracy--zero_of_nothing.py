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
