# %% wrong: all_make_claims
# Gives a verdict on runs that do not count.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    ratio_of: Step = paired_ratio,
    adjust: Step = holm,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    p_values = [ratio_of(pair.model, pair.baseline, confidence).p_value for pair in pairs]
    for pair, p_value, adjusted in zip(pairs, p_values, adjust(p_values), strict=True):
        level = 1 - (1 - confidence) / sum(other >= p_value for other in p_values)
        ratio = ratio_of(pair.model, pair.baseline, level)
        equivalence = ratio_of(pair.model, pair.baseline, 1 - 2 * (1 - confidence)).interval
        word = decide(ratio.interval, equivalence, margin)
        found.append(Comparison(*pair.facts(ratio, equivalence, adjusted, word, margin)))
    return found

# %% wrong: bonferroni
# Divides by the number of pairs for every pair.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    ratio_of: Step = paired_ratio,
    adjust: Step = holm,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    p_values = [ratio_of(pair.model, pair.baseline, confidence).p_value for pair in pairs]
    for pair, p_value, adjusted in zip(pairs, p_values, adjust(p_values), strict=True):
        level = 1 - (1 - confidence) / len(p_values)
        ratio = ratio_of(pair.model, pair.baseline, level)
        equivalence = ratio_of(pair.model, pair.baseline, 1 - 2 * (1 - confidence)).interval
        word = decide(ratio.interval, equivalence, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, equivalence, adjusted, word, margin)))
    return found

# %% wrong: equivalence_at_its_level
# Takes the level of the step for the equivalence interval too.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    ratio_of: Step = paired_ratio,
    adjust: Step = holm,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    p_values = [ratio_of(pair.model, pair.baseline, confidence).p_value for pair in pairs]
    for pair, p_value, adjusted in zip(pairs, p_values, adjust(p_values), strict=True):
        level = 1 - (1 - confidence) / sum(other >= p_value for other in p_values)
        ratio = ratio_of(pair.model, pair.baseline, level)
        equivalence = ratio_of(pair.model, pair.baseline, 1 - 2 * (1 - level)).interval
        word = decide(ratio.interval, equivalence, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, equivalence, adjusted, word, margin)))
    return found

# %% wrong: full_confidence
# Takes the full confidence for every pair.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    ratio_of: Step = paired_ratio,
    adjust: Step = holm,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    p_values = [ratio_of(pair.model, pair.baseline, confidence).p_value for pair in pairs]
    for pair, p_value, adjusted in zip(pairs, p_values, adjust(p_values), strict=True):
        level = confidence
        ratio = ratio_of(pair.model, pair.baseline, level)
        equivalence = ratio_of(pair.model, pair.baseline, 1 - 2 * (1 - confidence)).interval
        word = decide(ratio.interval, equivalence, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, equivalence, adjusted, word, margin)))
    return found

# %% wrong: intervals_swapped
# Hands the intervals on in the wrong order.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    ratio_of: Step = paired_ratio,
    adjust: Step = holm,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    p_values = [ratio_of(pair.model, pair.baseline, confidence).p_value for pair in pairs]
    for pair, p_value, adjusted in zip(pairs, p_values, adjust(p_values), strict=True):
        level = 1 - (1 - confidence) / sum(other >= p_value for other in p_values)
        ratio = ratio_of(pair.model, pair.baseline, level)
        equivalence = ratio_of(pair.model, pair.baseline, 1 - 2 * (1 - confidence)).interval
        word = decide(equivalence, ratio.interval, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, equivalence, adjusted, word, margin)))
    return found

# %% wrong: one_per_cent
# Writes a margin of its own.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    ratio_of: Step = paired_ratio,
    adjust: Step = holm,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    p_values = [ratio_of(pair.model, pair.baseline, confidence).p_value for pair in pairs]
    for pair, p_value, adjusted in zip(pairs, p_values, adjust(p_values), strict=True):
        level = 1 - (1 - confidence) / sum(other >= p_value for other in p_values)
        ratio = ratio_of(pair.model, pair.baseline, level)
        equivalence = ratio_of(pair.model, pair.baseline, 1 - 2 * (1 - confidence)).interval
        word = decide(ratio.interval, equivalence, 0.01) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, equivalence, adjusted, word, margin)))
    return found

# %% wrong: ranks
# Takes the place among the sorted p-values, whichever of two equal ones comes first.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    ratio_of: Step = paired_ratio,
    adjust: Step = holm,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    p_values = [ratio_of(pair.model, pair.baseline, confidence).p_value for pair in pairs]
    for pair, p_value, adjusted in zip(pairs, p_values, adjust(p_values), strict=True):
        level = 1 - (1 - confidence) / (len(pairs) - sorted(range(len(pairs)), key=p_values.__getitem__).index(len(found)))
        ratio = ratio_of(pair.model, pair.baseline, level)
        equivalence = ratio_of(pair.model, pair.baseline, 1 - 2 * (1 - confidence)).interval
        word = decide(ratio.interval, equivalence, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, equivalence, adjusted, word, margin)))
    return found

# %% wrong: raw_p_values
# States the p-values as they were.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    ratio_of: Step = paired_ratio,
    adjust: Step = holm,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    p_values = [ratio_of(pair.model, pair.baseline, confidence).p_value for pair in pairs]
    for pair, p_value, adjusted in zip(pairs, p_values, adjust(p_values) and p_values, strict=True):
        level = 1 - (1 - confidence) / sum(other >= p_value for other in p_values)
        ratio = ratio_of(pair.model, pair.baseline, level)
        equivalence = ratio_of(pair.model, pair.baseline, 1 - 2 * (1 - confidence)).interval
        word = decide(ratio.interval, equivalence, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, equivalence, adjusted, word, margin)))
    return found

# %% wrong: smaller_counts
# Counts the p-values that are larger, and its own.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    ratio_of: Step = paired_ratio,
    adjust: Step = holm,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    p_values = [ratio_of(pair.model, pair.baseline, confidence).p_value for pair in pairs]
    for pair, p_value, adjusted in zip(pairs, p_values, adjust(p_values), strict=True):
        level = 1 - (1 - confidence) / (1 + sum(other > p_value for other in p_values))
        ratio = ratio_of(pair.model, pair.baseline, level)
        equivalence = ratio_of(pair.model, pair.baseline, 1 - 2 * (1 - confidence)).interval
        word = decide(ratio.interval, equivalence, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, equivalence, adjusted, word, margin)))
    return found

# %% wrong: sorted_p_values
# Adjusts sorted p-values and hands them out in the order of the pairs.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    ratio_of: Step = paired_ratio,
    adjust: Step = holm,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    p_values = [ratio_of(pair.model, pair.baseline, confidence).p_value for pair in pairs]
    for pair, p_value, adjusted in zip(pairs, p_values, adjust(sorted(p_values)), strict=True):
        level = 1 - (1 - confidence) / sum(other >= p_value for other in p_values)
        ratio = ratio_of(pair.model, pair.baseline, level)
        equivalence = ratio_of(pair.model, pair.baseline, 1 - 2 * (1 - confidence)).interval
        word = decide(ratio.interval, equivalence, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, equivalence, adjusted, word, margin)))
    return found

# %% wrong: surest_first
# Sorts what it found by p-value.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    ratio_of: Step = paired_ratio,
    adjust: Step = holm,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    p_values = [ratio_of(pair.model, pair.baseline, confidence).p_value for pair in pairs]
    for pair, p_value, adjusted in zip(pairs, p_values, adjust(p_values), strict=True):
        level = 1 - (1 - confidence) / sum(other >= p_value for other in p_values)
        ratio = ratio_of(pair.model, pair.baseline, level)
        equivalence = ratio_of(pair.model, pair.baseline, 1 - 2 * (1 - confidence)).interval
        word = decide(ratio.interval, equivalence, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, equivalence, adjusted, word, margin)))
    return sorted(found, key=lambda c: c.p_value)

# %% right: indices
# Goes by index.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    ratio_of: Step = paired_ratio,
    adjust: Step = holm,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs = list(pairs_of(results))
    first = [ratio_of(pair.model, pair.baseline, confidence) for pair in pairs]
    p = np.array([estimate.p_value for estimate in first])
    adjusted = adjust(p.tolist())
    alpha = 1 - confidence
    comparisons = []
    for i in range(len(pairs)):
        k = int((p >= p[i]).sum())
        estimate = ratio_of(pairs[i].model, pairs[i].baseline, 1 - alpha / k)
        wide = ratio_of(pairs[i].model, pairs[i].baseline, 1 - 2 * alpha)
        word = "no claim"
        if pairs[i].counts:
            word = decide(estimate.interval, wide.interval, margin)
        comparisons.append(Comparison(*pairs[i].facts(estimate, wide.interval, adjusted[i], word, margin)))
    return comparisons

# %% right: inner_function
# An inner function makes one comparison.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    ratio_of: Step = paired_ratio,
    adjust: Step = holm,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs = pairs_of(results)

    def estimate(pair: Pair, level: float) -> RatioEstimate:
        return ratio_of(pair.model, pair.baseline, confidence=level)

    p_values = [estimate(pair, confidence).p_value for pair in pairs]

    def one(pair: Pair, p_value: float, adjusted: float) -> Comparison:
        k = len([other for other in p_values if not other < p_value])
        narrow, wide = estimate(pair, 1 - (1 - confidence) / k), estimate(pair, 2 * confidence - 1)
        said = decide(narrow.interval, wide.interval, margin)
        return Comparison(*pair.facts(narrow, wide.interval, adjusted, said if pair.counts else "no claim", margin))

    return [one(*each) for each in zip(pairs, p_values, adjust(p_values))]

# %% right: sorted_values
# Finds the count in the sorted p-values.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    ratio_of: Step = paired_ratio,
    adjust: Step = holm,
    decide: Step = verdict,
) -> list[Comparison]:
    import bisect

    pairs = pairs_of(results)
    p_values = [ratio_of(pair.model, pair.baseline, confidence).p_value for pair in pairs]
    ordered, corrected = sorted(p_values), iter(adjust(p_values))
    found = []
    for pair, p_value in zip(pairs, p_values):
        k = len(ordered) - bisect.bisect_left(ordered, p_value)
        ratio = ratio_of(pair.model, pair.baseline, 1 - (1 - confidence) / k)
        _, equivalence, _ = ratio_of(pair.model, pair.baseline, 1 - (1 - confidence) * 2)
        word = decide(ratio.interval, equivalence, margin) if pair.counts else "no claim"
        found += [Comparison(*pair.facts(ratio, equivalence, next(corrected), word, margin))]
    return found

# %% equivalent: p_value_at_any_level
# The confidence makes the interval; the p-value does not depend on it.
# - plain = [ratio_of(pair.model, pair.baseline, confidence) for pair in pairs]
# + plain = [ratio_of(pair.model, pair.baseline) for pair in pairs]
# + plain = [ratio_of(pair.model, pair.baseline, margin) for pair in pairs]
# + plain = [ratio_of(pair.model, pair.baseline, 0.95) for pair in pairs]

# %% equivalent: as_many
# Each pair has one p-value and one that is adjusted: zip stops where it did.
# - for pair, p_value, adjusted in zip(pairs, p_values, adjust(p_values), strict=True):
# + for pair, p_value, adjusted in zip(pairs, p_values, adjust(p_values)):
# + for pair, p_value, adjusted in zip(pairs, p_values, adjust(p_values), strict=False):
