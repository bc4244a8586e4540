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
