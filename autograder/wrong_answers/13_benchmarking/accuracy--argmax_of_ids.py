# Takes the argmax of class ids as well: one position in the batch.
#| export sut
def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    if labels is None:
        return None
    if len(outputs) != len(labels) or len(labels) == 0:
        raise ValueError(f"one output per label is due, got {len(outputs)} and {len(labels)}; predict every sample once")
    return float((outputs.argmax(axis=-1) == labels).mean())
