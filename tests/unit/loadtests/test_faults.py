"""Faults drawn at random are repeatable and happen as often as asked."""

import pytest

from loadtests.faults import FaultRates, Faults

pytestmark = pytest.mark.unit


def test_the_same_seed_draws_the_same_faults() -> None:
    rates = FaultRates(broken=0.3, unheard=0.3, lost=0.1, late=0.1, duplicated=0.3, held=0.3, window=3, stops=0.5)
    assert rates.draw(50, seed=7) == rates.draw(50, seed=7)
    assert rates.draw(50, seed=7) != rates.draw(50, seed=8)


def test_no_rates_no_faults() -> None:
    assert FaultRates().draw(100, seed=1) == Faults()


def test_rates_are_shares_of_chunks_and_of_takes() -> None:
    drawn = FaultRates(broken=0.2, times=3, duplicated=1.0, outages=0.05, outage_seconds=2.5).draw(2_000, seed=1)
    assert len(drawn.broken) == pytest.approx(400, rel=0.2)
    assert set(drawn.broken.values()) == {3}
    assert len(drawn.duplicated) == 2_000
    assert len(drawn.outages) == pytest.approx(100, rel=0.4)
    assert set(drawn.outages.values()) == {2.5}
    stops = [FaultRates(stops=0.25).draw(10, seed).stops_after for seed in range(1_000)]
    assert sum(stop is not None for stop in stops) == pytest.approx(250, rel=0.2)
    assert {stop for stop in stops if stop is not None} == set(range(1, 11))


def test_the_first_chunk_always_arrives_and_a_lost_one_never() -> None:
    drawn = FaultRates(lost=0.5, late=1.0, forgotten=1.0).draw(200, seed=3)
    assert 0 not in drawn.lost.keys() | drawn.late
    assert set(drawn.lost.values()) == {"unsent", "announced", "uploaded"}
    assert not drawn.lost.keys() & (drawn.late | drawn.forgotten)


def test_a_held_chunk_goes_behind_those_that_overtake_it() -> None:
    assert Faults(held={1: 2}).sequence(5) == [0, 2, 3, 1, 4]
    assert Faults(held={4: 3}).sequence(5) == [0, 1, 2, 3, 4]
    window = 4
    sequence = FaultRates(held=0.5, window=window).draw(200, seed=5).sequence(200)
    assert sorted(sequence) == list(range(200))
    assert sequence != sorted(sequence)
    assert max(number - place for place, number in enumerate(sequence)) <= window
