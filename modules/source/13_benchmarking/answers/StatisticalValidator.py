# %% wrong: accuracy_itself
# Hands on the accuracy check, not its verdict.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and all(p.severity != "invalid" for p in pitfalls)
        if not sound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound and any(valid)
        word = accuracy
        has_baseline = results.baseline_name is not None
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and bool(valid) and all(valid)
        return Validation(shown, whole, comparisons, pitfalls, accuracy, why, control)

# %% wrong: all_of_nothing
# Calls results without a scenario valid.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and all(p.severity != "invalid" for p in pitfalls)
        if not sound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound and any(valid)
        word = None if accuracy is None else accuracy.verdict
        has_baseline = results.baseline_name is not None
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and all(valid)
        return Validation(shown, whole, comparisons, pitfalls, accuracy, why, control)

# %% wrong: always_an_accuracy
# Asks for the verdict of a check that did not take place.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and all(p.severity != "invalid" for p in pitfalls)
        if not sound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound and any(valid)
        word = accuracy.verdict
        has_baseline = results.baseline_name is not None
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and bool(valid) and all(valid)
        return Validation(shown, whole, comparisons, pitfalls, accuracy, why, control)

# %% wrong: any_pitfall
# Takes every warning for a reason to conclude nothing.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and not pitfalls
        if not sound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound and any(valid)
        word = None if accuracy is None else accuracy.verdict
        has_baseline = results.baseline_name is not None
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and bool(valid) and all(valid)
        return Validation(shown, whole, comparisons, pitfalls, accuracy, why, control)

# %% wrong: always_a_baseline
# Says that there is a baseline.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and all(p.severity != "invalid" for p in pitfalls)
        if not sound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound and any(valid)
        word = None if accuracy is None else accuracy.verdict
        has_baseline = True
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and bool(valid) and all(valid)
        return Validation(shown, whole, comparisons, pitfalls, accuracy, why, control)

# %% wrong: claims_kept
# Leaves the comparisons of unsound results as they are.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and all(p.severity != "invalid" for p in pitfalls)
        if False:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound and any(valid)
        word = None if accuracy is None else accuracy.verdict
        has_baseline = results.baseline_name is not None
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and bool(valid) and all(valid)
        return Validation(shown, whole, comparisons, pitfalls, accuracy, why, control)

# %% wrong: counts_only_if_all_do
# Lets no scenario count where one does not.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and all(p.severity != "invalid" for p in pitfalls)
        if not sound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound and bool(valid) and all(valid)
        word = None if accuracy is None else accuracy.verdict
        has_baseline = results.baseline_name is not None
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and bool(valid) and all(valid)
        return Validation(shown, whole, comparisons, pitfalls, accuracy, why, control)

# %% wrong: counts_if_sound
# Lets runs count of which none is valid.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and all(p.severity != "invalid" for p in pitfalls)
        if not sound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound
        word = None if accuracy is None else accuracy.verdict
        has_baseline = results.baseline_name is not None
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and bool(valid) and all(valid)
        return Validation(shown, whole, comparisons, pitfalls, accuracy, why, control)

# %% wrong: ended_early_counts
# Takes what was measured until an error for all there is.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = all(p.severity != "invalid" for p in pitfalls)
        if not sound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound and any(valid)
        word = None if accuracy is None else accuracy.verdict
        has_baseline = results.baseline_name is not None
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and bool(valid) and all(valid)
        return Validation(shown, whole, comparisons, pitfalls, accuracy, why, control)

# %% wrong: fields_changed_places
# Fills the fields in another order.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and all(p.severity != "invalid" for p in pitfalls)
        if not sound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound and any(valid)
        word = None if accuracy is None else accuracy.verdict
        has_baseline = results.baseline_name is not None
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and bool(valid) and all(valid)
        return Validation(shown, whole, comparisons, pitfalls, why, accuracy, control)

# %% wrong: first_pitfall
# Looks at the first pitfall alone.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and all(p.severity != "invalid" for p in pitfalls[:1])
        if not sound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound and any(valid)
        word = None if accuracy is None else accuracy.verdict
        has_baseline = results.baseline_name is not None
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and bool(valid) and all(valid)
        return Validation(shown, whole, comparisons, pitfalls, accuracy, why, control)

# %% wrong: or_for_none
# Takes a margin of 0 for none.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = self.margin or settings.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and all(p.severity != "invalid" for p in pitfalls)
        if not sound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound and any(valid)
        word = None if accuracy is None else accuracy.verdict
        has_baseline = results.baseline_name is not None
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and bool(valid) and all(valid)
        return Validation(shown, whole, comparisons, pitfalls, accuracy, why, control)

# %% wrong: own_confidence_only
# Hands on what it was told, be it None.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, self.confidence, self.margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and all(p.severity != "invalid" for p in pitfalls)
        if not sound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound and any(valid)
        word = None if accuracy is None else accuracy.verdict
        has_baseline = results.baseline_name is not None
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and bool(valid) and all(valid)
        return Validation(shown, whole, comparisons, pitfalls, accuracy, why, control)

# %% wrong: pitfalls_without_control
# Asks for pitfalls without what the control found.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, None, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and all(p.severity != "invalid" for p in pitfalls)
        if not sound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound and any(valid)
        word = None if accuracy is None else accuracy.verdict
        has_baseline = results.baseline_name is not None
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and bool(valid) and all(valid)
        return Validation(shown, whole, comparisons, pitfalls, accuracy, why, control)

# %% wrong: p_values_thrown_away
# Throws the p-value away where there is no claim.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and all(p.severity != "invalid" for p in pitfalls)
        if not sound:
            comparisons = [replace(c, verdict="no claim", p_adjusted=1.0) for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound and any(valid)
        word = None if accuracy is None else accuracy.verdict
        has_baseline = results.baseline_name is not None
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and bool(valid) and all(valid)
        return Validation(shown, whole, comparisons, pitfalls, accuracy, why, control)

# %% wrong: some_are_all
# Calls results valid of which one scenario is.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        control = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, control, margin)
        comparisons = self.steps.compare(results, confidence, margin)
        accuracy = self.steps.accuracy(results)
        sound = results.complete and all(p.severity != "invalid" for p in pitfalls)
        if not sound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        valid = [result.valid for result in results.values()]
        counts = sound and any(valid)
        word = None if accuracy is None else accuracy.verdict
        has_baseline = results.baseline_name is not None
        shown, why = self.steps.conclude(comparisons, has_baseline, counts, word)
        whole = sound and any(valid)
        return Validation(shown, whole, comparisons, pitfalls, accuracy, why, control)

# %% right: loops
# Goes through pitfalls and scenarios in loops.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        found = self.steps.control(results, confidence)
        pitfalls = self.steps.pitfalls(results, found, margin)
        compared = self.steps.compare(results, confidence, margin)
        check = self.steps.accuracy(results)
        sound = bool(results.complete)
        for pitfall in pitfalls:
            if pitfall.severity == "invalid":
                sound = False
        if not sound:
            compared = [replace(each, verdict="no claim") for each in compared]
        n_valid = 0
        for scenario in results:
            if results[scenario].valid:
                n_valid += 1
        verdict_of_check = check.verdict if check else None
        significant, why = self.steps.conclude(
            compared, has_baseline=bool(results.baseline_name), counts=sound and n_valid > 0, accuracy=verdict_of_check
        )
        valid = sound and n_valid == len(results) and n_valid > 0
        return Validation(
            significant=significant,
            valid=valid,
            comparisons=compared,
            pitfalls=pitfalls,
            accuracy=check,
            why=why,
            control=found,
        )

# %% right: unpacked
# Unpacks the steps.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        ask_control, ask_pitfalls, ask_compare, ask_accuracy, ask_conclude = self.steps
        control = ask_control(results, confidence)
        pitfalls = ask_pitfalls(results, control, margin)
        comparisons = ask_compare(results, confidence, margin)
        accuracy = ask_accuracy(results)
        unsound = not results.complete or any(p.severity == "invalid" for p in pitfalls)
        if unsound:
            comparisons = [replace(c, verdict="no claim") for c in comparisons]
        each = [result.valid for _, result in results.items()]
        verdict = getattr(accuracy, "verdict", None)
        told = ask_conclude(comparisons, results.baseline_name is not None, not unsound and any(each), verdict)
        valid = not unsound and len(each) > 0 and False not in each
        return Validation(told[0], valid, comparisons, pitfalls, accuracy, told[1], control)

# %% right: reasons
# Asks scenarios why they do not count.
#| export validator
class StatisticalValidator:
    def __init__(
        self, confidence: float | None = None, margin: float | None = None, steps: Steps = STEPS
    ) -> None:
        self.confidence, self.margin, self.steps = confidence, margin, steps

    def validate_results(self, results: Results) -> Validation:
        settings = results.settings
        confidence = settings.confidence if self.confidence is None else self.confidence
        margin = settings.margin if self.margin is None else self.margin
        steps = self.steps
        control = steps.control(results, confidence=confidence)
        pitfalls = steps.pitfalls(results, control=control, margin=margin)
        comparisons = steps.compare(results, confidence=confidence, margin=margin)
        accuracy = steps.accuracy(results)
        severities = {p.severity for p in pitfalls}
        sound = results.complete and "invalid" not in severities
        comparisons = [
            c if sound else replace(c, verdict="no claim") for c in comparisons
        ]
        n_bad = sum(bool(result.reasons["model"]) for result in results.values())
        some, every = n_bad < len(results), n_bad == 0 and len(results) > 0
        significant, why = steps.conclude(
            comparisons, results.baseline_name is not None, sound and some, accuracy.verdict if accuracy else None
        )
        return Validation(significant, sound and every, comparisons, pitfalls, accuracy, why, control)

# %% equivalent: severities
# A severity is 'invalid', 'note' or 'warning': the first of them by the alphabet.
# - sound = results.complete and all((p.severity != 'invalid' for p in pitfalls))
# + sound = results.complete and all((p.severity > 'invalid' for p in pitfalls))
