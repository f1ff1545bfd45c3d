"""How a search ends, and how what it found reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.claims.properties.explore import Explorer, Watch
from fixtures.errors import Fault, ModelDown, NoAnswer, NoThread

pytestmark = pytest.mark.fast

NUMBERS = st.integers(0, 50)


class Search:
    """An explorer with what it warned of, and a claim about small numbers that runs under its watch."""

    def __init__(self, examples: int = 50, is_random: bool = False) -> None:
        self.warnings: list[str] = []
        self.explore = Explorer(examples, 5, self.warnings.append, is_random)
        self.seen: list[int] = []

    def __call__(self, judge: Callable[[int], None]) -> None:
        watch = self.explore.watch

        @given(NUMBERS)
        def claim(number: int) -> None:
            if not watch.is_over():
                with watch.trying():
                    self.seen.append(number)
                    judge(number)

        self.explore(claim)


def pass_all(number: int) -> None:
    pass


def fail_above_seven(number: int) -> None:
    if number > 7:
        raise Fault(f"{number} is too large")


def seen(is_random: bool) -> list[int]:
    search = Search(is_random=is_random)
    search(pass_all)
    return search.seen


def test_nothing_found_passes() -> None:
    search = Search()

    search(pass_all)

    assert len(search.seen) >= 40
    assert search.warnings == []


def test_failure_is_the_smallest_and_tells_how_to_see_it_again() -> None:
    with pytest.raises(Fault, match=r"^8 is too large\nto see it again: write @reproduce_failure\('.*'\) above claim$"):
        Search()(fail_above_seven)


def test_examples_are_the_same_in_every_run() -> None:
    assert seen(is_random=False) == seen(is_random=False)


def test_examples_are_others_where_that_is_wanted() -> None:
    assert seen(is_random=True) != seen(is_random=False)


def test_what_fails_once_only_is_a_fault() -> None:
    turns: Iterator[int] = count()

    def fail_once(number: int) -> None:
        if next(turns) == 20:
            raise Fault(f"{number} is wrong")

    with pytest.raises(Fault, match=r"^\d+ is wrong\ntried again, the same did not fail$"):
        Search()(fail_once)


@pytest.mark.parametrize("kind", [ModelDown, NoAnswer])
def test_server_that_does_not_answer_is_asked_no_more(kind: type[Fault]) -> None:
    search = Search()

    def be_silent(number: int) -> None:
        if number > 7:
            raise kind(f"silent at {number}")

    with pytest.raises(kind, match=r"^silent at \d+$"):
        search(be_silent)
    assert [number > 7 for number in search.seen].count(True) == 1


def test_slow_model_is_tried_less_and_warned_of() -> None:
    search = Search()
    search.explore.watch = Watch(enough_s=-1)

    search(pass_all)

    assert search.seen == []
    assert search.warnings == ["the model is slow: after 0 tries no more was tried"]


def test_failure_of_a_slow_model_is_made_no_smaller() -> None:
    search = Search()
    search.explore.watch = Watch(enough_s=0.2)

    def fail_slowly(number: int) -> None:
        if number > 7:
            search.explore.watch._began -= 1
            raise Fault(f"{number} is too large")

    with pytest.raises(Fault, match=r"^\d+ is too large$"):
        search(fail_slowly)
    assert [number > 7 for number in search.seen].count(True) == 2


def warned_where_one_is_refused_of(every: int) -> list[str]:
    search = Search()

    def refuse(number: int) -> None:
        search.explore.watch.refused += search.explore.watch.tried % every == 0

    search(refuse)
    return search.warnings


@pytest.mark.parametrize(
    ("every", "share", "way_out"),
    [(1, "50 of 50", "100%, were refused by the server and in process: no"), (2, "25 of 50", "50%, were refused by ")],
)
def test_model_that_takes_half_or_less_is_warned_of(every: int, share: str, way_out: str) -> None:
    (warning,) = warned_where_one_is_refused_of(every)

    assert warning.startswith(f"{share} inputs that fit the signature, {way_out}")


def test_model_that_takes_most_is_not_warned_of() -> None:
    assert warned_where_one_is_refused_of(3) == []


def test_what_is_odd_is_warned_of_once() -> None:
    search = Search()

    search(lambda number: search.explore.warn("odd"))

    assert search.warnings == ["odd"]


def test_server_that_has_no_thread_left_is_asked_no_more() -> None:
    search = Search()

    def find_none(number: int) -> None:
        raise NoThread("none left")

    with pytest.raises(NoThread, match="none left"):
        search(find_none)
    assert len(search.seen) == 1


@pytest.mark.parametrize("error", [ZeroDivisionError, RuntimeError])
def test_error_of_the_gate_itself_is_no_fault(error: type[Exception]) -> None:
    def stumble(number: int) -> None:
        raise error("the gate stumbled")

    with pytest.raises(error, match="the gate stumbled"):
        Search()(stumble)
