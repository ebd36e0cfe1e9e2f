"""What people agreed to of their Spaces' tools, in the database."""

import threading

import orjson
import pytest
from django.db import connection, connections

from accounts.models import AuditEvent, User
from accounts.pins import (
    MAX_PARTS,
    MAX_PINNED_BYTES,
    Rules,
    SeenPart,
    agree,
    choose_take_over,
    pinned_parts,
    see_parts,
    waiting_spaces,
)
from accounts.preferences import load_preferences, preferences_changed
from accounts.space_changes import PartKind, TakeOver, key_of
from accounts.space_models import PinnedTools, SelectedSpace
from accounts.space_selection import add_space, choose_space_parts, remove_space

SPACE = "acme/one"
RULES = Rules(is_growth=lambda before, after: before["of"] == after["of"], holds_suspicious=False)


@pytest.fixture
def alice(db):
    user = User.objects.create_user("alice", hf_id="alice-id")
    add_space(user, SPACE, is_private=False, title="", emoji="")
    return user


def tool(name="greet", pin="1", *, of="", is_suspicious=False, **more):
    return SeenPart(name, f"{name}-{pin}", {"of": of, **more}, is_suspicious)


def see(user, *tools, rules=RULES):
    return see_parts(user.pk, SPACE, tools, rules)


def saved(user):
    return load_preferences(user.pk).spaces[0].pins


def test_what_is_seen_first_is_agreed_to(alice):
    assert see(alice, tool(), tool("sing")) == {"greet-1", "sing-1"} == saved(alice)
    assert not AuditEvent.objects.filter(action__startswith="space_chang").exists()


def test_a_space_without_tools_that_could_be_agreed_to_has_been_seen(alice):
    strict = Rules(RULES.is_growth, holds_suspicious=True)

    assert see(alice, tool(is_suspicious=True), rules=strict) == frozenset() == saved(alice)
    assert see(alice, tool(is_suspicious=True), tool("sing"), rules=strict) == frozenset()
    assert waiting_spaces(alice) == {SPACE}


def test_what_changed_waits_and_is_told_of_once(alice):
    see(alice, tool())

    for _ in range(3):
        assert see(alice, tool(pin="2"), tool("sing")) == {"greet-1"}

    assert waiting_spaces(alice) == {SPACE}
    [event] = AuditEvent.objects.filter(action="space_changed")
    assert event.detail == {"space": SPACE, "slot": 1, "waiting": 2}
    see(alice, tool())
    assert waiting_spaces(alice) == frozenset()


def prompt(name="greet", pin="1"):
    return SeenPart(key_of(PartKind.PROMPT, name), f"prompt-{name}-{pin}", {"of": ""})


def test_a_prompt_is_another_part_than_the_tool_of_its_name(alice):
    see(alice, tool(), prompt())

    assert see(alice, tool(pin="2"), prompt()) == {"greet-1", "prompt-greet-1"}
    agree(alice, SPACE, [tool(pin="2")], ["greet"])

    assert saved(alice) == {"greet-2", "prompt-greet-1"}


def test_a_prompt_waits_for_those_who_ticked_prompts(alice):
    see(alice, tool(), prompt())
    see(alice, tool(), prompt(pin="2"))
    assert waiting_spaces(alice) == frozenset()

    choose_space_parts(alice, SPACE, resources=False, prompts=True)
    assert see(alice, tool(), prompt(pin="2")) == {"greet-1", "prompt-greet-1"}

    assert waiting_spaces(alice) == {SPACE}


def test_prompts_of_a_space_whose_tools_alone_were_pinned_are_agreed_to_at_first_sight(alice):
    see(alice, tool())
    SelectedSpace.objects.update(pins_cover_parts=False)

    assert see(alice, tool(pin="2"), prompt()) == {"greet-1", "prompt-greet-1"}
    assert see(alice, tool(pin="2"), prompt(pin="2")) == {"greet-1", "prompt-greet-1"}

    assert not AuditEvent.objects.filter(action="space_agreed").exists()


def test_whoever_agrees_to_a_version_has_not_agreed_to_the_one_before_any_more(alice):
    see(alice, tool(pin="1"))

    agree(alice, SPACE, [tool(pin="2")], [])

    assert saved(alice) == {"greet-2"}


def test_the_version_before_one_that_was_taken_over_stays_and_none_before_that(alice):
    see(alice, tool(pin="1"))
    choose_take_over(alice, SPACE, TakeOver.EVERYTHING)

    assert see(alice, tool(pin="2")) == {"greet-1", "greet-2"}
    assert see(alice, tool(pin="3")) == {"greet-2", "greet-3"}


def test_growth_is_taken_over_by_those_who_chose_it(alice):
    see(alice, tool(of="a"))
    choose_take_over(alice, SPACE, TakeOver.GROWTH)

    assert "greet-2" in see(alice, tool(pin="2", of="a"))
    assert "greet-3" not in see(alice, tool(pin="3", of="b"))
    assert "greet-4" not in see(alice, tool(pin="4", of="a", is_suspicious=True))
    assert "sing-1" not in see(alice, tool("sing"))


def test_a_space_that_never_says_the_same_twice_does_not_fill_the_log(alice):
    see(alice, tool())
    for number in range(5):
        see(alice, tool(pin=f"held {number}"))
    choose_take_over(alice, SPACE, TakeOver.EVERYTHING)
    for number in range(5):
        see(alice, tool(pin=f"taken over {number}"))

    told = AuditEvent.objects.filter(action__in=["space_changed", "space_agreed"])
    assert [(event.action, event.detail) for event in told.order_by("pk")] == [
        ("space_changed", {"space": SPACE, "slot": 1, "waiting": 1}),
        ("space_agreed", {"space": SPACE, "slot": 1, "taken_over": 1}),
    ]


def test_what_is_kept_is_bounded_and_the_fingerprint_is_kept(alice):
    many = [tool(f"t{n}", text="a" * 5_000) for n in range(60)]

    see(alice, *many)

    row = PinnedTools.objects.get()
    assert len(orjson.dumps(row.tools)) < MAX_PINNED_BYTES + 10_000
    assert len(saved(alice)) == 60
    kept = pinned_parts(alice, SPACE).parts
    assert 0 < sum(each is None for each in kept.values()) < 60


def test_tools_that_come_and_go_fill_no_row(alice):
    choose_take_over(alice, SPACE, TakeOver.EVERYTHING)
    for start in range(0, 3 * MAX_PARTS, 200):
        see(alice, *(tool(f"t{n}") for n in range(start, start + 200)))

    assert len(saved(alice)) == MAX_PARTS


def test_nobody_agrees_to_anything_of_a_space_that_was_removed(alice):
    see(alice, tool())
    remove_space(alice, SPACE)

    assert see(alice, tool(pin="2")) is None
    assert not agree(alice, SPACE, [tool(pin="2")], [])
    assert not choose_take_over(alice, SPACE, TakeOver.GROWTH)


def test_who_has_no_account_any_more_agrees_to_nothing(db):
    assert see_parts(987_654, SPACE, [tool()], RULES) is None


@pytest.mark.django_db(transaction=True)
def test_workers_that_see_a_space_first_at_once_agree_to_one_version(alice):
    results, start = {}, threading.Barrier(4)

    def work(number):
        try:
            start.wait(5)
            results[number] = see(alice, tool(pin=str(number)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(results) == 4
    assert len(set(results.values())) == 1
    assert len(saved(alice)) == 1


@pytest.fixture
def heard():
    heard = []

    def hear(user_id, **kwargs):
        heard.append(user_id)

    preferences_changed.connect(hear)
    yield heard
    preferences_changed.disconnect(hear)


def notes():
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM accounts_personchange")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_what_is_pinned_is_heard_of_here_and_by_other_workers(alice, heard):
    heard.clear()
    before = notes()
    see(alice, tool())
    assert heard == [alice.pk] and notes() > before

    before = notes()
    see(alice, tool())
    assert heard == [alice.pk] and notes() == before

    choose_take_over(alice, SPACE, TakeOver.GROWTH)
    assert notes() > before
