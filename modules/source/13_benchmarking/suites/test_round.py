"""TinyTorchPerf, what is measured in a round: Single-Stream for all models together, Server for one after the other."""

import numpy as np
import pytest

from autograder.examining.checks import expect, same_array
from autograder.examining.queries import MS
from autograder.examining.scripted_round import N, ScriptedRound, alike, called, driven_as_asked, listed

# -- stream_round -----------------------------------------------------------------------------------------------------


@pytest.fixture
def streamed(student, clock, scripted):
    """A round of Single-Stream, the same for every test: (this, calls of drive, the orders that drive was given)."""

    def run():
        this, drives, orders = ScriptedRound(clock, scripted), [], []

        def drive(models, queries, order, clock, logs):
            drives.append((listed(models), listed(logs), (clock,), queries))
            orders.append(order)

        this.begin(0, MS)
        student.stream_round(this, called("drive", drive))
        return this, drives, orders

    return student.once("stream_round", run)


STREAMED = "In stream_round(this, drive)"


@pytest.mark.exercise("stream_round", points=0.5)
def test_stream_round_counts_a_query_for_all_models(streamed):
    """A query is answered by every model in turn: with the pace of one of them the round lasts too long."""
    this, _, _ = streamed
    yours = [asked[0] for _, asked, _ in this.all_drawn("enough")]
    look = f"{STREAMED} a query takes what all models of this.pace_ns take, one after the other."
    assert len(yours) == 1, expect(f"this.enough was called {len(yours)} times", "once", look)
    assert type(yours[0]) in (int, float, np.float64), expect(yours[0], "a number of ns", look)
    assert abs(yours[0] - 5_750) < 1e-6, expect(f"this.enough({yours[0]:g})", "this.enough(5750)", look)


@pytest.mark.exercise("stream_round", points=0.25)
def test_stream_round_draws_as_many_as_are_enough(streamed):
    """Fewer queries than enough are too short a round."""
    this, _, _ = streamed
    yours = [asked[-1] for name in ("coins", "samples") for _, asked, _ in this.all_drawn(name)]
    look = f"{STREAMED} n = this.enough(...) goes to this.coins and this.samples."
    assert yours, expect("nothing was drawn", "samples and coins", look)
    assert all(type(n) in (int, np.int64) and n == N for n in yours), expect(yours, [N] * len(yours), look)


@pytest.mark.exercise("stream_round", points=0.5)
def test_stream_round_records_all_models_together(streamed):
    """Recorded one after the other, the models meet different minutes of the machine."""
    this, _, _ = streamed
    yours = [(one.scenario, one.arms) for one in this.records]
    due = [("single_stream", ["model", "baseline", "control"])]
    look = f"{STREAMED} this.record is called once, for the arms of this.models in their order."
    assert alike(yours, due), expect(yours, due, look)


@pytest.mark.exercise("stream_round", points=0.25)
def test_stream_round_asks_the_samples_drawn(streamed):
    """The samples of Single-Stream have a seed of their own: others cannot be repeated."""
    this, _, _ = streamed
    drawn = [values for _, asked, values in this.all_drawn("samples") if alike(asked[0], "single_stream")]
    due, yours = (drawn or ["this.samples('single_stream', n)"])[0], [one.indices for one in this.records]
    look = f"{STREAMED} this.record gets the samples that this.samples('single_stream', n) drew."
    right = [same_array(indices, due) for indices in yours]
    assert drawn, expect("no samples were drawn for it", due, look)
    assert right, expect("no samples were asked", due, look)
    assert all(right), expect(yours[0], due, look)


@pytest.mark.exercise("stream_round", points=0.25)
def test_stream_round_drives_its_models(streamed):
    """Asked past `drive`, or with the logs of others, no model's moments are its own."""
    this, drives, _ = streamed
    due = [(this.models_of(one.arms), one.logs, (this.clock,)) for one in this.records]
    assert due, expect("nothing was recorded", "a round", f"{STREAMED} this.record keeps what is measured.")
    driven_as_asked(drives, this.records, due, "drive(models, queries, order, this.clock, logs)")


@pytest.mark.exercise("stream_round", points=0.25)
def test_stream_round_flips_coins(streamed):
    """In an order that is always the same, what the second place costs is taken for the model."""
    this, _, orders = streamed
    due = [values for _, _, values in this.all_drawn("coins")][:1]
    look = f"{STREAMED} drive asks in the order that this.coins(n) drew."
    assert this.records, expect("nothing was recorded", "a round", look)
    assert due, expect("no coins", "this.coins(n)", look)
    other = [order for order in orders if not same_array(order, due[0])]
    alone = len(this.records) > 1  # one model after the other: see the test on that
    assert alone or not other, expect((other or [None])[0], due[0], look)


# -- server_round -----------------------------------------------------------------------------------------------------


@pytest.fixture
def served(student, clock, scripted):
    """A round of Server, the same for every test: (this, calls of drive, the arrivals that drive was given)."""

    def run():
        this, drives, due = ScriptedRound(clock, scripted), [], []

        def drive(model, queries, arrivals, clock, log):
            drives.append(((model,), (log,), (clock,), queries))
            due.append(arrivals)

        this.begin(0, MS)
        student.server_round(this, called("drive", drive))
        return this, drives, due

    return student.once("server_round", run)


SERVED = "In server_round(this, drive)"


@pytest.mark.exercise("server_round", points=0.5)
def test_server_round_has_one_schedule(served):
    """Arrivals drawn for each model anew are two experiments: whoever met the worse pile-up looks slower."""
    this, _, yours = served
    drawn = [values for _, _, values in this.all_drawn("arrivals")]
    look = f"{SERVED} this.arrivals() is drawn once, before the first model is asked, and goes to every drive."
    assert len(drawn) == 1, expect(f"this.arrivals() was called {len(drawn)} times", "once", look)
    other = [arrivals for arrivals in yours if not same_array(arrivals, drawn[0])]
    assert not other, expect((other or [None])[0], drawn[0], look)


@pytest.mark.exercise("server_round", points=0.25)
def test_server_round_has_a_sample_for_each_arrival(served):
    """As many samples as queries are due: one query more or less has no partner."""
    this, _, _ = served
    yours = [asked[1] for _, asked, _ in this.all_drawn("samples")]
    look = f"{SERVED} this.samples gets the number of arrivals; here {N} are due."
    right = [type(n) in (int, np.int64) and n == N for n in yours]
    others = this.records and not yours  # samples that were not drawn: see the next test
    assert others or right, expect("no samples were drawn", [N], look)
    assert all(right), expect(yours, [N], look)


@pytest.mark.exercise("server_round", points=0.25)
def test_server_round_gives_all_the_same_samples(served):
    """Models that were asked different samples were not compared."""
    this, _, _ = served
    drawn = [values for _, asked, values in this.all_drawn("samples") if alike(asked[0], "server")][:1]
    look = f"{SERVED} this.samples('server', n) is drawn once, and this.record gets it for every model."
    assert this.records, expect("nothing was recorded", "two runs", look)
    assert drawn, expect("no samples were drawn for it", "this.samples('server', n)", look)
    other = [one.indices for one in this.records if not same_array(one.indices, drawn[0])]
    assert not other, expect((other or [None])[0], drawn[0], look)


@pytest.mark.exercise("server_round", points=0.5)
def test_server_round_takes_turns_as_drawn(served):
    """Whoever always goes first meets a cooler machine; and the control is not asked in Server."""
    this, _, _ = served
    yours, due = [(one.scenario, one.arms) for one in this.records], [("server", ["baseline"]), ("server", ["model"])]
    look = f"{SERVED} this.record is called for one arm after the other, in the order of this.in_turn('server')."
    assert alike(yours, due), expect(yours, due, look)
    asked = [scenario for _, (scenario,), _ in this.all_drawn("in_turn")]
    assert alike(asked, ["server"]), expect(f"this.in_turn was asked for {asked}", "this.in_turn('server')", look)


@pytest.mark.exercise("server_round", points=0.5)
def test_server_round_drives_the_model_whose_turn_it_is(served):
    """A model made in a loop is the last one when it is asked too late; one that `drive` never saw is in no log."""
    this, drives, _ = served
    due = [(this.models_of(one.arms), one.logs, (this.clock,)) for one in this.records]
    assert due, expect("nothing was recorded", "two runs", f"{SERVED} this.record keeps what is measured.")
    driven_as_asked(drives, this.records, due, "drive(model, queries, arrivals, this.clock, logs[0])")
