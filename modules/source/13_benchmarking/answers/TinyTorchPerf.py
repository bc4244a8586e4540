# %% wrong: always_ten_rounds
# Takes ten rounds, whatever the settings say.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            for number in self.bar(range(10)):
                this = Round(self.arms(scenarios), library, results.settings, self.clock, number, results.runs)
                self.one_round(this, scenarios)
                self.note(results, this)
        return results

# %% wrong: one_round_less
# Forgets the last round.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            for number in self.bar(range(1, results.settings.limit)):
                this = Round(self.arms(scenarios), library, results.settings, self.clock, number - 1, results.runs)
                self.one_round(this, scenarios)
                self.note(results, this)
                if self.enough(results):
                    break
        return results

# %% wrong: numbered_from_1
# Counts the rounds from 1.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            for number in self.bar(range(results.settings.limit)):
                this = Round(self.arms(scenarios), library, results.settings, self.clock, number + 1, results.runs)
                self.one_round(this, scenarios)
                self.note(results, this)
                if self.enough(results):
                    break
        return results

# %% wrong: always_round_0
# Gives every round the number 0, and so the same draws.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            for number in self.bar(range(results.settings.limit)):
                this = Round(self.arms(scenarios), library, results.settings, self.clock, 0, results.runs)
                self.one_round(this, scenarios)
                self.note(results, this)
                if self.enough(results):
                    break
        return results

# %% wrong: without_the_control
# Leaves the control out.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            for number in self.bar(range(results.settings.limit)):
                this = Round(self.ready()[0], library, results.settings, self.clock, number, results.runs)
                self.one_round(this, scenarios)
                self.note(results, this)
                if self.enough(results):
                    break
        return results

# %% wrong: its_own_settings
# Takes the settings as they were asked for: each round chooses a load of its own.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            for number in self.bar(range(results.settings.limit)):
                this = Round(self.arms(scenarios), library, self.settings, self.clock, number, results.runs)
                self.one_round(this, scenarios)
                self.note(results, this)
                if self.enough(results):
                    break
        return results

# %% wrong: settings_of_the_start
# Takes the settings before the first round has settled them.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            settings = results.settings
            for number in self.bar(range(results.settings.limit)):
                this = Round(self.arms(scenarios), library, settings, self.clock, number, results.runs)
                self.one_round(this, scenarios)
                self.note(results, this)
                if self.enough(results):
                    break
        return results

# %% wrong: never_noted
# Forgets to note the rounds.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            for number in self.bar(range(results.settings.limit)):
                this = Round(self.arms(scenarios), library, results.settings, self.clock, number, results.runs)
                self.one_round(this, scenarios)
                if self.enough(results):
                    break
        return results

# %% wrong: noted_at_the_end
# Notes the last round alone.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            for number in self.bar(range(results.settings.limit)):
                this = Round(self.arms(scenarios), library, results.settings, self.clock, number, results.runs)
                self.one_round(this, scenarios)
            self.note(results, this)
        return results

# %% wrong: runs_of_its_own
# Has the runs kept in a place of its own.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            for number in self.bar(range(results.settings.limit)):
                this = Round(self.arms(scenarios), library, results.settings, self.clock, number, {scenario: {arm: [] for arm in self.arms(scenarios)} for scenario in scenarios})
                self.one_round(this, scenarios)
                self.note(results, this)
                if self.enough(results):
                    break
        return results

# %% wrong: a_clock_of_its_own
# Reads the machine's clock, whichever the benchmark was given.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            for number in self.bar(range(results.settings.limit)):
                this = Round(self.arms(scenarios), library, results.settings, RealClock(), number, results.runs)
                self.one_round(this, scenarios)
                self.note(results, this)
                if self.enough(results):
                    break
        return results

# %% wrong: all_scenarios
# Runs all scenarios, whichever were asked for.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            for number in self.bar(range(results.settings.limit)):
                this = Round(self.arms(scenarios), library, results.settings, self.clock, number, results.runs)
                self.one_round(this, ["single_stream", "server", "offline"])
                self.note(results, this)
                if self.enough(results):
                    break
        return results

# %% wrong: swallows_failures
# Returns what there is when a model fails, as if nothing had happened.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            for number in self.bar(range(results.settings.limit)):
                this = Round(self.arms(scenarios), library, results.settings, self.clock, number, results.runs)
                try:
                    self.one_round(this, scenarios)
                except RunFailed:
                    break
                self.note(results, this)
                if self.enough(results):
                    break
        return results

# %% wrong: fails_without_a_word
# Catches the failure outside, so that nobody hears of it.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        try:
            with self.measuring(scenarios) as results:
                for number in self.bar(range(results.settings.limit)):
                    this = Round(self.arms(scenarios), library, results.settings, self.clock, number, results.runs)
                    self.one_round(this, scenarios)
                    self.note(results, this)
                    if self.enough(results):
                        break
        except RunFailed as failure:
            print(failure)
        return results

# %% wrong: returns_nothing
# Keeps the results to itself.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            for number in self.bar(range(results.settings.limit)):
                this = Round(self.arms(scenarios), library, results.settings, self.clock, number, results.runs)
                self.one_round(this, scenarios)
                self.note(results, this)
                if self.enough(results):
                    break

# %% wrong: returns_the_runs
# Returns the runs alone.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            for number in self.bar(range(results.settings.limit)):
                this = Round(self.arms(scenarios), library, results.settings, self.clock, number, results.runs)
                self.one_round(this, scenarios)
                self.note(results, this)
                if self.enough(results):
                    break
        return results.runs

# %% wrong: never_enough
# Goes on to the limit, though the question is answered.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            for number in self.bar(range(results.settings.limit)):
                this = Round(self.arms(scenarios), library, results.settings, self.clock, number, results.runs)
                self.one_round(this, scenarios)
                self.note(results, this)
        return results

# %% wrong: enough_without_asking
# Asks once, before the first round.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        library = self.ready()[1]
        with self.measuring(scenarios) as results:
            done = self.enough(results)
            for number in self.bar(range(results.settings.limit)):
                this = Round(self.arms(scenarios), library, results.settings, self.clock, number, results.runs)
                if done:
                    break
                self.one_round(this, scenarios)
                self.note(results, this)
        return results

# %% right: by_keyword
# Names every argument.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        _, library = self.ready()
        with self.measuring(scenarios=scenarios) as results:
            for number in self.bar(range(self.settings.limit)):
                this = Round(
                    systems=self.arms(scenarios),
                    library=library,
                    settings=results.settings,
                    clock=self.clock,
                    number=number,
                    runs=results.runs,
                )
                self.one_round(this, scenarios)
                self.note(results, this)
                if self.enough(results):
                    break
        return self.results

# %% right: returns_inside
# Returns from inside the block.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        with self.measuring(scenarios) as measured:
            number = 0
            while number < measured.settings.limit:
                this = Round(self.arms(scenarios), self.library, measured.settings, self.clock, number, measured.runs)
                self.one_round(this, scenarios)
                self.note(measured, this)
                number += 1
                if self.enough(measured):
                    break
            return measured

# %% right: arms_once
# Looks the arms up before the loop.
#| export perf
class TinyTorchPerf(Benchmark):
    results_type, round_type = Results, Round
    accuracy_pass = staticmethod(predict)
    one_round, stream = staticmethod(run_round), staticmethod(single_stream)

    def run(self, scenarios: Sequence[str]) -> Results:
        systems, library = self.ready()
        arms = self.arms(list(scenarios))
        with self.measuring(scenarios) as results:
            for number, _ in enumerate(self.bar([None] * results.settings.limit)):
                current = self.round_type(arms, library, results.settings, self.clock, number, results.runs)
                self.one_round(current, tuple(scenarios))
                self.note(results, current)
                if self.enough(results):
                    break
        return results

# %% equivalent: declared
# A declaration is for who checks types; it runs nothing.
# - results: Results
# + pass
