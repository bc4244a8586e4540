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
