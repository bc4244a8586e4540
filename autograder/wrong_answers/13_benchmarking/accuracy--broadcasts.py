# Compares whatever numpy can broadcast.
#| export sut
def accuracy(outputs: Array, labels: IntArray | None) -> float | None:
    if labels is None:
        return None
    if len(labels) == 0:
        raise ValueError("0 labels leave nothing to score; pass the labels of the samples")
    predicted = outputs.argmax(axis=1) if outputs.ndim == 2 else outputs
    return float((predicted == labels).mean())
