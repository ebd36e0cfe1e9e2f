import pytest

from mcpendpoint.hub.answers import ENTRY_OVERHEAD_BYTES, MAX_ENTRY_BYTES, AnswerStore
from mcpendpoint.hub.errors import HubNotFound


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_an_answer_is_fresh_until_its_time_is_over():
    clock = Clock()
    store = AnswerStore(clock=clock)
    store.keep(("a",), "value", seconds=10, size_bytes=1)

    clock.now = 9
    assert store.fresh(("a",)).take() == "value"
    clock.now = 10
    assert store.fresh(("a",)) is None


def test_a_stale_answer_with_an_etag_can_be_renewed():
    clock = Clock()
    store = AnswerStore(clock=clock)
    store.keep(("a",), "value", seconds=10, size_bytes=1, etag='"1"')
    clock.now = 20

    stale = store.stale(("a",))
    store.renew(("a",), stale, seconds=10)

    assert store.fresh(("a",)).take() == "value"


def test_an_answer_without_an_etag_cannot():
    store = AnswerStore()
    store.keep(("a",), "value", seconds=10, size_bytes=1)

    assert store.stale(("a",)) is None


def test_the_least_recently_used_make_room():
    store = AnswerStore(max_total_bytes=2 * ENTRY_OVERHEAD_BYTES)
    store.keep(("a",), 1, seconds=10, size_bytes=0)
    store.keep(("b",), 2, seconds=10, size_bytes=0)
    store.fresh(("a",))

    store.keep(("c",), 3, seconds=10, size_bytes=0)

    assert store.fresh(("b",)) is None
    assert store.fresh(("a",)).take() == 1
    assert store.fresh(("c",)).take() == 3


def test_a_replaced_answer_does_not_count_twice():
    store = AnswerStore(max_total_bytes=2 * ENTRY_OVERHEAD_BYTES)
    store.keep(("a",), 1, seconds=10, size_bytes=0)

    for value in range(100):
        store.keep(("b",), value, seconds=10, size_bytes=0)

    assert store.fresh(("a",)).take() == 1


def test_a_huge_answer_is_not_kept():
    store = AnswerStore()

    store.keep(("a",), "huge", seconds=10, size_bytes=MAX_ENTRY_BYTES + 1)

    assert store.fresh(("a",)) is None


def test_a_remembered_error_is_raised_anew_each_time():
    store = AnswerStore()
    store.keep(("a",), HubNotFound("gone", status=404), seconds=10, size_bytes=0)
    known = store.fresh(("a",))

    raised = []
    for _ in range(2):
        with pytest.raises(HubNotFound) as caught:
            known.take()
        raised.append(caught.value)

    assert raised[0] is not raised[1]
    assert [(error.message, error.status) for error in raised] == [("gone", 404)] * 2
