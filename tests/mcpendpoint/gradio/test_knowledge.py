"""What one process knows of a Space, another need not find out."""

import zlib
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.database import notes
from accounts.models import User
from accounts.space_selection import add_space
from mcpendpoint.gradio.discovery import look_again
from mcpendpoint.gradio.knowledge import refresh_due, refresher
from mcpendpoint.gradio.listings import SpaceChoice
from mcpendpoint.gradio.spaces import list_space_tools
from mcpendpoint.models import KnownSpace, SpaceState
from tests.mcpendpoint.gradio.processes import all_is_stored, in_another_process, list_one
from tests.mcpendpoint.gradio.test_spaces import ASLEEP, MAKER, PRIVATE, SCHEMA, names_of

OF_MAKER = {"gr1_greet", "gr1_make_image", "gr1_slow_count", "gr1_fail"}

REFRESH_SECONDS = 240

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def selected(shared, db_user, settings):
    settings.SPACE_REFRESH_SECONDS = REFRESH_SECONDS
    shared.start()


@pytest.fixture
def db_user(db):
    user = User.objects.create(username="alice", hf_id="alice")
    for choice in (MAKER, PRIVATE):
        is_private = choice.is_private
        add_space(user, choice.space_id, is_private=is_private, title="Space", emoji="")
    return user


def stored():
    return notes.run(lambda: list(KnownSpace.objects.order_by("about").values_list("space_id")))


def move_to(subdomain):
    """As if the Space was there, which is what is known of it."""
    row = KnownSpace.objects.get(about=KnownSpace.About.INFO)
    info = zlib.decompress(bytes(row.source)).replace(b"acme-image-maker", subdomain.encode())
    KnownSpace.objects.filter(pk=row.pk).update(source=zlib.compress(info))


def make_older(age):
    def change():
        at = timezone.now() - age
        KnownSpace.objects.update(found_at=at, looked_at=at)

    return notes.run(change)


async def test_the_state_of_a_space_is_noted_but_none_of_what_only_a_token_shows(spaces, selected):
    alice = await notes.run(User.objects.get)
    await notes.run(add_space, alice, ASLEEP.space_id, is_private=False, title="Space", emoji="")
    await list_one(ASLEEP)
    await list_one(PRIVATE, "hf_alice")

    seen = await notes.run(lambda: list(SpaceState.objects.values_list("space_id", "stage")))
    assert seen == [("acme/asleep", "SLEEPING")]


async def test_what_is_fresh_is_not_asked_for_again(spaces, selected):
    await list_one(MAKER)
    asked = len(spaces.asked("acme-image-maker", SCHEMA))

    in_another_process()
    listing = await list_one(MAKER)

    assert names_of(listing) >= OF_MAKER
    assert len(spaces.asked("acme-image-maker", SCHEMA)) == asked == 1


async def test_a_space_that_is_away_keeps_its_tools_in_a_process_that_starts_anew(spaces, selected):
    await list_one(MAKER)
    await make_older(timedelta(hours=3))
    await notes.run(move_to, "acme-broken")

    in_another_process()

    assert names_of(await list_one(MAKER)) >= OF_MAKER
    (tried_again,) = await list_space_tools([MAKER], None)
    assert names_of(tried_again) >= OF_MAKER
    assert "HTTP status 500" in tried_again.problem


async def test_what_is_too_old_is_nobodys_tools(spaces, selected, settings):
    await list_one(MAKER)
    await make_older(timedelta(days=2))

    in_another_process()
    settings.HF_SPACE_URL = f"{spaces.url}/s/acme-broken"
    listing = await list_one(MAKER)

    assert names_of(listing) == set()
    assert "HTTP status 500" in listing.problem


async def test_whoever_looks_again_asks_the_space_itself(spaces, selected):
    await list_one(MAKER)

    look_again(MAKER.space_id, None)
    await list_space_tools([MAKER], None)

    assert len(spaces.asked("acme-image-maker", SCHEMA)) == 2


async def test_whoever_looks_again_does_so_where_nobody_has_looked_in_this_process(
    spaces, selected
):
    await list_one(MAKER)

    in_another_process()
    look_again(MAKER.space_id, None)
    await list_space_tools([MAKER], None)

    assert len(spaces.asked("acme-image-maker", SCHEMA)) == 2


async def test_what_was_seen_with_a_token_is_not_shared(spaces, selected):
    listing = await list_one(PRIVATE, "hf_alice")

    assert names_of(listing)
    assert not await notes.run(
        KnownSpace.objects.filter(space_id=PRIVATE.space_id, source__isnull=False).exists
    )


async def test_a_space_that_nobody_has_selected_is_not_stored(spaces, selected):
    listing = await list_one(SpaceChoice("acme/old-gradio", "grx1234_", False))

    assert names_of(listing)
    assert "acme/old-gradio" not in {row[0] for row in await stored()}


async def test_a_space_that_is_gone_has_nothing_kept_of_it(spaces, selected, break_hub):
    await list_one(MAKER)
    break_hub(path="^/api/spaces/acme/image-maker", status=404)
    look_again(MAKER.space_id, None)
    await list_space_tools([MAKER], None)
    await all_is_stored()

    in_another_process()
    listing = await list_one(MAKER)

    assert names_of(listing) == set()
    assert "does not exist" in listing.problem


async def test_what_another_release_has_stored_is_not_believed(spaces, selected):
    await list_one(MAKER)
    await notes.run(lambda: KnownSpace.objects.update(source=b"not compressed"))

    in_another_process()

    assert names_of(await list_one(MAKER)) >= OF_MAKER


async def test_spaces_in_use_are_looked_at_when_it_is_time_once(spaces, selected):
    await list_one(MAKER)
    refresher.note_uses([MAKER.space_id])
    await all_is_stored()
    await refresh_due()
    assert len(spaces.asked("acme-image-maker", SCHEMA)) == 1  # it is not time yet

    await make_older(timedelta(seconds=REFRESH_SECONDS + 1))
    await refresh_due()
    await refresh_due()

    assert len(spaces.asked("acme-image-maker", SCHEMA)) == 2


async def test_spaces_that_nobody_lists_are_not_looked_at(spaces, selected):
    await list_one(MAKER)
    await make_older(timedelta(seconds=REFRESH_SECONDS + 1))

    await refresh_due()

    assert len(spaces.asked("acme-image-maker", SCHEMA)) == 1
