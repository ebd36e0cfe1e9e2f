import tracemalloc

import orjson
import pytest

from mcpendpoint.hub.answers import MAX_TOTAL_BYTES, AnswerStore, weight_of
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
    store = AnswerStore(max_total_bytes=10_000)
    for key in "abcd":
        store.keep((key,), key, seconds=10, size_bytes=1_900)
    store.fresh(("a",))

    store.keep(("e",), "e", seconds=10, size_bytes=1_900)

    assert store.fresh(("b",)) is None
    assert store.fresh(("a",)).take() == "a"
    assert store.fresh(("e",)).take() == "e"


def test_a_long_question_takes_room_too():
    store = AnswerStore(max_total_bytes=10_000)
    store.keep(("a",), 1, seconds=10, size_bytes=0)

    for number in range(10):
        store.keep((f"{number}" * 1_900,), number, seconds=10, size_bytes=0)

    assert store.fresh(("a",)) is None


def test_a_replaced_answer_does_not_count_twice():
    store = AnswerStore(max_total_bytes=10_000)
    store.keep(("a",), 1, seconds=10, size_bytes=0)

    for value in range(100):
        store.keep(("b",), value, seconds=10, size_bytes=1_000)

    assert store.fresh(("a",)).take() == 1


def test_a_huge_answer_is_not_kept():
    store = AnswerStore()

    store.keep(("a",), "huge", seconds=10, size_bytes=MAX_TOTAL_BYTES // 2)

    assert store.fresh(("a",)) is None


def test_a_remembered_error_is_raised_anew_each_time():
    store = AnswerStore()
    store.keep_failure(("a",), HubNotFound("gone", status=404), seconds=10)
    known = store.fresh(("a",))

    raised = []
    for _ in range(2):
        with pytest.raises(HubNotFound) as caught:
            known.take()
        raised.append(caught.value)

    assert raised[0] is not raised[1]
    assert [(error.message, error.status) for error in raised] == [("gone", 404)] * 2


HOSTILE = {
    "empty lists": b"[" + b"[]," * 20_000 + b"[]]",
    "empty objects": b"[" + b"{}," * 20_000 + b"{}]",
    "small objects": b"[" + b'{"a":1},' * 20_000 + b"{}]",
    "numbers": b"[" + b"1.5," * 20_000 + b"1]",
    "rare characters": orjson.dumps(["a" * 5_000 + "\U0001f600"] * 20),
    "many names": orjson.dumps({f"name {number}": "" for number in range(5_000)}),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_answer_never_takes_more_memory_than_it_is_counted_for(text):
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    parsed = orjson.loads(text)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert parsed
    assert after - before <= weight_of(text)
