# %% wrong: always_two
# Asks for a baseline's name where there is none.
#| export reporter
class PerformanceReporter:
    def __init__(
        self,
        validator: StatisticalValidator | None = None,
        sentence: Step = answer,
        rows: Step = summary,
        table: Step = html_table,
    ) -> None:
        self.validator = validator or StatisticalValidator()
        self.sentence, self.rows, self.table = sentence, rows, table

    def generate_report(self, results: Results) -> Report:
        validation = self.validator.validate_results(results)
        names = names_of(results)
        sentence = self.sentence(validation, names["model"], names["baseline"])
        return Report(results, validation, sentence, self.rows(results), self.table)

# %% wrong: names_of_the_results
# Takes the names as they were set.
#| export reporter
class PerformanceReporter:
    def __init__(
        self,
        validator: StatisticalValidator | None = None,
        sentence: Step = answer,
        rows: Step = summary,
        table: Step = html_table,
    ) -> None:
        self.validator = validator or StatisticalValidator()
        self.sentence, self.rows, self.table = sentence, rows, table

    def generate_report(self, results: Results) -> Report:
        validation = self.validator.validate_results(results)
        names = names_of(results)
        sentence = self.sentence(validation, results.model_name, results.baseline_name)
        return Report(results, validation, sentence, self.rows(results), self.table)

# %% wrong: no_name_for_none
# Makes up an empty name for a baseline that is not there.
#| export reporter
class PerformanceReporter:
    def __init__(
        self,
        validator: StatisticalValidator | None = None,
        sentence: Step = answer,
        rows: Step = summary,
        table: Step = html_table,
    ) -> None:
        self.validator = validator or StatisticalValidator()
        self.sentence, self.rows, self.table = sentence, rows, table

    def generate_report(self, results: Results) -> Report:
        validation = self.validator.validate_results(results)
        names = names_of(results)
        sentence = self.sentence(validation, names["model"], names.get("baseline", ""))
        return Report(results, validation, sentence, self.rows(results), self.table)

# %% wrong: another_validator
# Makes a validator of its own.
#| export reporter
class PerformanceReporter:
    def __init__(
        self,
        validator: StatisticalValidator | None = None,
        sentence: Step = answer,
        rows: Step = summary,
        table: Step = html_table,
    ) -> None:
        self.validator = validator or StatisticalValidator()
        self.sentence, self.rows, self.table = sentence, rows, table

    def generate_report(self, results: Results) -> Report:
        validation = StatisticalValidator().validate_results(results)
        names = names_of(results)
        sentence = self.sentence(validation, names["model"], names.get("baseline"))
        return Report(results, validation, sentence, self.rows(results), self.table)

# %% wrong: its_usual_rows
# Asks for the usual rows.
#| export reporter
class PerformanceReporter:
    def __init__(
        self,
        validator: StatisticalValidator | None = None,
        sentence: Step = answer,
        rows: Step = summary,
        table: Step = html_table,
    ) -> None:
        self.validator = validator or StatisticalValidator()
        self.sentence, self.rows, self.table = sentence, rows, table

    def generate_report(self, results: Results) -> Report:
        validation = self.validator.validate_results(results)
        names = names_of(results)
        sentence = self.sentence(validation, names["model"], names.get("baseline"))
        return Report(results, validation, sentence, summary(results), self.table)

# %% wrong: its_usual_table
# Hands on the usual table.
#| export reporter
class PerformanceReporter:
    def __init__(
        self,
        validator: StatisticalValidator | None = None,
        sentence: Step = answer,
        rows: Step = summary,
        table: Step = html_table,
    ) -> None:
        self.validator = validator or StatisticalValidator()
        self.sentence, self.rows, self.table = sentence, rows, table

    def generate_report(self, results: Results) -> Report:
        validation = self.validator.validate_results(results)
        names = names_of(results)
        sentence = self.sentence(validation, names["model"], names.get("baseline"))
        return Report(results, validation, sentence, self.rows(results), html_table)

# %% wrong: table_made_at_once
# Makes the table before there is a page.
#| export reporter
class PerformanceReporter:
    def __init__(
        self,
        validator: StatisticalValidator | None = None,
        sentence: Step = answer,
        rows: Step = summary,
        table: Step = html_table,
    ) -> None:
        self.validator = validator or StatisticalValidator()
        self.sentence, self.rows, self.table = sentence, rows, table

    def generate_report(self, results: Results) -> Report:
        validation = self.validator.validate_results(results)
        names = names_of(results)
        sentence = self.sentence(validation, names["model"], names.get("baseline"))
        return Report(results, validation, sentence, self.rows(results), self.table([], []))

# %% wrong: why_for_an_answer
# Gives the answer a shorter form.
#| export reporter
class PerformanceReporter:
    def __init__(
        self,
        validator: StatisticalValidator | None = None,
        sentence: Step = answer,
        rows: Step = summary,
        table: Step = html_table,
    ) -> None:
        self.validator = validator or StatisticalValidator()
        self.sentence, self.rows, self.table = sentence, rows, table

    def generate_report(self, results: Results) -> Report:
        validation = self.validator.validate_results(results)
        names = names_of(results)
        sentence = self.sentence(validation, names["model"], names.get("baseline"))
        return Report(results, validation, sentence[:4], self.rows(results), self.table)

# %% right: by_name
# Names every argument.
#| export reporter
class PerformanceReporter:
    def __init__(
        self,
        validator: StatisticalValidator | None = None,
        sentence: Step = answer,
        rows: Step = summary,
        table: Step = html_table,
    ) -> None:
        self.validator = validator or StatisticalValidator()
        self.sentence, self.rows, self.table = sentence, rows, table

    def generate_report(self, results: Results) -> Report:
        validation = self.validator.validate_results(results)
        model_name, baseline_name = (names_of(results).get(arm) for arm in ("model", "baseline"))
        first_sentence = self.sentence(validation, model_name, baseline_name)
        return Report(
            results=results,
            validation=validation,
            answer=first_sentence,
            rows=self.rows(results),
            html_table=self.table,
        )

# %% right: names_first
# Asks for the names and the rows first.
#| export reporter
class PerformanceReporter:
    def __init__(
        self,
        validator: StatisticalValidator | None = None,
        sentence: Step = answer,
        rows: Step = summary,
        table: Step = html_table,
    ) -> None:
        self.validator = validator or StatisticalValidator()
        self.sentence, self.rows, self.table = sentence, rows, table

    def generate_report(self, results: Results) -> Report:
        names = names_of(results)
        rows = self.rows(results)
        baseline = names["baseline"] if "baseline" in names else None
        validation = self.validator.validate_results(results)
        return Report(results, validation, self.sentence(validation, names["model"], baseline), rows, self.table)

# %% right: two_methods
# Leaves the sentence to a method.
#| export reporter
class PerformanceReporter:
    def __init__(
        self,
        validator: StatisticalValidator | None = None,
        sentence: Step = answer,
        rows: Step = summary,
        table: Step = html_table,
    ) -> None:
        self.validator = validator or StatisticalValidator()
        self.sentence, self.rows, self.table = sentence, rows, table

    def generate_report(self, results: Results) -> Report:
        validation = self.validator.validate_results(results)
        return Report(results, validation, self._first(validation, **names_of(results)), self.rows(results), self.table)

    def _first(self, validation: Validation, model: str, baseline: str | None = None) -> str:
        return self.sentence(validation, model, baseline)
