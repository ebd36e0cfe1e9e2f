"""The endpoint's database threads: bounded, and no caller waits for another's slow statement."""

import asyncio
import threading

import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError, connection

from accounts.access_keys import create_access_key, find_access_key
from accounts.database import DatabaseBusy, DatabaseThreads
from accounts.models import User
from accounts.preferences import find_user, save_tools
from accounts.space_selection import add_space


@pytest.fixture
def threads():
    two = DatabaseThreads("test", max_workers=2, max_waiting=1)
    yield two
    two.close()


@pytest.fixture
def lock():
    """Something to wait for, over at the end of the test at the latest."""
    lock = threading.Event()
    yield lock
    lock.set()


async def test_a_statement_that_waits_stops_nobody_else(threads, lock):
    waiting = asyncio.ensure_future(threads.run(lock.wait))

    assert [await threads.run(str, number) for number in range(3)] == ["0", "1", "2"]

    lock.set()
    assert await waiting


async def test_what_finds_no_place_is_refused_at_once(threads, lock):
    taken = [asyncio.ensure_future(threads.run(lock.wait)) for _ in range(3)]
    await asyncio.sleep(0)

    with pytest.raises(DatabaseBusy):
        await threads.run(str)

    lock.set()
    assert all(await asyncio.gather(*taken))
    assert await threads.run(str, 1) == "1"


async def test_nobody_waits_longer_than_the_setting_says(threads, lock, settings):
    settings.DATABASE_WAIT_SECONDS = 0.01

    with pytest.raises(OperationalError):
        await threads.run(lock.wait)


async def test_what_nobody_waits_for_any_more_is_not_begun(threads, lock):
    done = []
    taken = [asyncio.ensure_future(threads.run(lock.wait)) for _ in range(2)]
    left = asyncio.ensure_future(threads.run(done.append, 1))
    await asyncio.sleep(0)

    left.cancel()
    await asyncio.wait([left])
    lock.set()
    await asyncio.gather(*taken)
    await threads.run(str)

    assert done == []


def test_within_a_page_work_is_done_on_the_pages_own_thread(threads):
    here = threading.get_ident()

    assert async_to_sync(threads.run)(threading.get_ident) == here


@pytest.mark.django_db(transaction=True)
async def test_a_thread_keeps_its_connection(threads):
    def name_of_connection() -> int:
        with connection.cursor():
            return id(connection.connection)

    assert len({await threads.run(name_of_connection) for _ in range(6)}) <= 2


@pytest.mark.django_db
def test_who_calls_and_what_they_chose_is_one_query(django_assert_num_queries):
    user = User.objects.create(username="alice", hf_id="hf-alice")
    save_tools(user, ["hub_repo_search"], include_images=False)
    for name in ("a/one", "b/two"):
        add_space(user, name, is_private=False, title="T", emoji="E")
    _, key = create_access_key(user, "Laptop")
    find_access_key(key), find_user("hf-alice")  # the first time, the query is written

    with django_assert_num_queries(2):
        owner, found = find_access_key(key), find_user("hf-alice")

    assert owner.preferences == found.preferences
    assert owner.preferences.tools == {"hub_repo_search"}
    assert not owner.preferences.include_images
    assert [space.space_id for space in owner.preferences.spaces] == ["a/one", "b/two"]


@pytest.mark.django_db
def test_a_value_is_never_part_of_the_statement():
    for value in ("' OR 1=1 --", "what is looked for", "%s", "\x1f"):
        assert find_user(value) is None
