# %% wrong: all_make_claims
# Gives a verdict on runs that do not count.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    doubt_of: Step = doubt_of,
    adjust: Step = holm,
    ratio_of: Step = ratio_of_pair,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    doubts = [doubt_of(pair, margin) for pair in pairs]
    for pair, doubt, adjusted in zip(pairs, doubts, adjust(doubts), strict=True):
        ratio = ratio_of(pair, 1 - (1 - confidence) * doubt / adjusted)
        word = decide(ratio.interval, ratio.interval, margin)
        found.append(Comparison(*pair.facts(ratio, adjusted, word)))
    return found

# %% wrong: bonferroni
# Divides by the number of pairs for every pair.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    doubt_of: Step = doubt_of,
    adjust: Step = holm,
    ratio_of: Step = ratio_of_pair,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    doubts = [doubt_of(pair, margin) for pair in pairs]
    for pair, doubt, adjusted in zip(pairs, doubts, adjust(doubts), strict=True):
        ratio = ratio_of(pair, 1 - (1 - confidence) / len(pairs))
        word = decide(ratio.interval, ratio.interval, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, adjusted, word)))
    return found

# %% wrong: equivalence_at_its_own_level
# Asks for a narrower interval to call it equivalent, as one comparison alone may.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    doubt_of: Step = doubt_of,
    adjust: Step = holm,
    ratio_of: Step = ratio_of_pair,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    doubts = [doubt_of(pair, margin) for pair in pairs]
    for pair, doubt, adjusted in zip(pairs, doubts, adjust(doubts), strict=True):
        ratio = ratio_of(pair, 1 - (1 - confidence) * doubt / adjusted)
        narrow = ratio_of(pair, 1 - 2 * (1 - confidence)).interval
        word = decide(ratio.interval, narrow, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, adjusted, word)))
    return found

# %% wrong: full_confidence
# Takes the full confidence for every pair.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    doubt_of: Step = doubt_of,
    adjust: Step = holm,
    ratio_of: Step = ratio_of_pair,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    doubts = [doubt_of(pair, margin) for pair in pairs]
    for pair, doubt, adjusted in zip(pairs, doubts, adjust(doubts), strict=True):
        ratio = ratio_of(pair, confidence)
        word = decide(ratio.interval, ratio.interval, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, adjusted, word)))
    return found

# %% wrong: one_per_cent
# Writes a margin of its own where it decides.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    doubt_of: Step = doubt_of,
    adjust: Step = holm,
    ratio_of: Step = ratio_of_pair,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    doubts = [doubt_of(pair, margin) for pair in pairs]
    for pair, doubt, adjusted in zip(pairs, doubts, adjust(doubts), strict=True):
        ratio = ratio_of(pair, 1 - (1 - confidence) * doubt / adjusted)
        word = decide(ratio.interval, ratio.interval, 0.01) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, adjusted, word)))
    return found

# %% wrong: ranks
# Takes the place among the sorted p-values, whichever of two equal ones comes first.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    doubt_of: Step = doubt_of,
    adjust: Step = holm,
    ratio_of: Step = ratio_of_pair,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    doubts = [doubt_of(pair, margin) for pair in pairs]
    for pair, doubt, adjusted in zip(pairs, doubts, adjust(doubts), strict=True):
        ratio = ratio_of(pair, 1 - (1 - confidence) / (len(pairs) - sorted(range(len(pairs)), key=doubts.__getitem__).index(len(found))))
        word = decide(ratio.interval, ratio.interval, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, adjusted, word)))
    return found

# %% wrong: raw_p_values
# States the p-values as they were.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    doubt_of: Step = doubt_of,
    adjust: Step = holm,
    ratio_of: Step = ratio_of_pair,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    doubts = [doubt_of(pair, margin) for pair in pairs]
    for pair, doubt, adjusted in zip(pairs, doubts, adjust(doubts), strict=True):
        ratio = ratio_of(pair, 1 - (1 - confidence) * doubt / adjusted)
        word = decide(ratio.interval, ratio.interval, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, doubt, word)))
    return found

# %% wrong: sorted_p_values
# Adjusts sorted p-values and hands them out in the order of the pairs.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    doubt_of: Step = doubt_of,
    adjust: Step = holm,
    ratio_of: Step = ratio_of_pair,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    doubts = [doubt_of(pair, margin) for pair in pairs]
    for pair, doubt, adjusted in zip(pairs, doubts, adjust(sorted(doubts)), strict=True):
        ratio = ratio_of(pair, 1 - (1 - confidence) * doubt / adjusted)
        word = decide(ratio.interval, ratio.interval, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, adjusted, word)))
    return found

# %% wrong: only_those_that_count
# Leaves the pairs that do not count out of the adjustment.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    doubt_of: Step = doubt_of,
    adjust: Step = holm,
    ratio_of: Step = ratio_of_pair,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    doubts = [doubt_of(pair, margin) if pair.counts else 1.0 for pair in pairs]
    for pair, doubt, adjusted in zip(pairs, doubts, adjust(doubts), strict=True):
        ratio = ratio_of(pair, 1 - (1 - confidence) * doubt / adjusted)
        word = decide(ratio.interval, ratio.interval, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, adjusted, word)))
    return found

# %% wrong: surest_first
# Sorts what it found by p-value.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    doubt_of: Step = doubt_of,
    adjust: Step = holm,
    ratio_of: Step = ratio_of_pair,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs, found = pairs_of(results), []
    doubts = [doubt_of(pair, margin) for pair in pairs]
    for pair, doubt, adjusted in zip(pairs, doubts, adjust(doubts), strict=True):
        ratio = ratio_of(pair, 1 - (1 - confidence) * doubt / adjusted)
        word = decide(ratio.interval, ratio.interval, margin) if pair.counts else "no claim"
        found.append(Comparison(*pair.facts(ratio, adjusted, word)))
    return sorted(found, key=lambda c: c.p_adjusted)

# %% right: indices
# Goes by index.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    doubt_of: Step = doubt_of,
    adjust: Step = holm,
    ratio_of: Step = ratio_of_pair,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs = list(pairs_of(results))
    doubts = [doubt_of(pair, margin) for pair in pairs]
    adjusted = adjust(doubts)
    comparisons = []
    for i in range(len(pairs)):
        error = (1 - confidence) / (adjusted[i] / doubts[i])
        estimate = ratio_of(pairs[i], 1 - error)
        word = "no claim"
        if pairs[i].counts:
            word = decide(estimate.interval, estimate.interval, margin)
        comparisons.append(Comparison(*pairs[i].facts(estimate, adjusted[i], word)))
    return comparisons

# %% right: inner_function
# An inner function makes one comparison.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    doubt_of: Step = doubt_of,
    adjust: Step = holm,
    ratio_of: Step = ratio_of_pair,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs = pairs_of(results)
    doubts = [doubt_of(pair, margin) for pair in pairs]

    def one(pair: Pair, doubt: float, adjusted: float) -> Comparison:
        estimate = ratio_of(pair, confidence=1 - doubt / adjusted + confidence * doubt / adjusted)
        said = decide(estimate.interval, estimate.interval, margin)
        return Comparison(*pair.facts(estimate, adjusted, said if pair.counts else "no claim"))

    return [one(*each) for each in zip(pairs, doubts, adjust(doubts))]

# %% right: shares
# Works out the shares of the error first.
#| export comparison
def compare(
    results: Results,
    confidence: float,
    margin: float,
    pairs_of: Step = round_pairs,
    doubt_of: Step = doubt_of,
    adjust: Step = holm,
    ratio_of: Step = ratio_of_pair,
    decide: Step = verdict,
) -> list[Comparison]:
    pairs = pairs_of(results)
    doubts = np.array([doubt_of(pair, margin) for pair in pairs])
    adjusted = np.array(adjust(doubts.tolist()))
    levels = 1 - (1 - confidence) * doubts / adjusted
    found = []
    for pair, level, p in zip(pairs, levels.tolist(), adjusted.tolist()):
        ratio, interval, p_value = ratio_of(pair, level)
        word = decide(interval, interval, margin) if pair.counts else "no claim"
        found += [Comparison(*pair.facts(RatioEstimate(ratio, interval, p_value), p, word))]
    return found

# %% equivalent: as_many
# Each pair has one doubt and one that is adjusted: zip stops where it did.
# - for pair, doubt, adjusted in zip(pairs, doubts, adjust(doubts), strict=True):
# + for pair, doubt, adjusted in zip(pairs, doubts, adjust(doubts)):
# + for pair, doubt, adjusted in zip(pairs, doubts, adjust(doubts), strict=False):
