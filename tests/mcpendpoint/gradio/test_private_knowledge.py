"""What a person's token showed of a private Space is theirs in every process, and nobody else's."""

import json
import zlib
from base64 import b64decode
from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography.fernet import Fernet
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.authorization.connections import sign_out_everywhere
from accounts.database import notes
from accounts.encryption import decrypt
from accounts.models import HubCredential, User
from accounts.outgoing.callers import acting_for
from accounts.people import HubTokenSet, Person, remove, upsert_user
from accounts.refreshing import give_up
from accounts.space_models import KnownPrivateSpace
from accounts.space_selection import add_space, remove_space
from mcpendpoint.gradio import stored_private
from mcpendpoint.gradio.discovery import look_again
from mcpendpoint.gradio.knowledge import SIGHT_ENDED, refresh_due
from mcpendpoint.gradio.last_known import last_known
from mcpendpoint.gradio.listings import SpaceChoice
from mcpendpoint.gradio.spaces import list_space_tools
from mcpendpoint.gradio.stored_private import Sight
from mcpendpoint.models import KnownSpace
from mcpendpoint.push.bus import bus
from tests.mcpendpoint.gradio.processes import all_is_stored, in_another_process, list_one
from tests.mcpendpoint.gradio.test_spaces import PRIVATE, SCHEMA, names_of

SUBDOMAIN = "alice-private-space"
ALICE, ALICE_BY_ANOTHER_TOKEN, BOB = "hf_alice", "hf_fine_alice", "hf_bob"
TOKEN_DIGEST = sha256(ALICE.encode()).hexdigest()

pytestmark = pytest.mark.django_db(transaction=True)


class Somebody:
    """A person who has added the private Space, and asks with a token of theirs."""

    def __init__(self, name):
        self.user = User.objects.create(username=name, hf_id=name)
        self.add()

    def add(self):
        add_space(self.user, PRIVATE.space_id, is_private=True, title="Space", emoji="")

    async def list(self, token):
        with acting_for(f"person {self.user.pk}"):
            return await list_one(PRIVATE, token)

    async def look(self, token):
        """List the Space, and wait for what is going on."""
        with acting_for(f"person {self.user.pk}"):
            (listing,) = await list_space_tools([PRIVATE], token)
        await all_is_stored()
        return listing

    def rows(self):
        return KnownPrivateSpace.objects.filter(space__user=self.user)

    async def is_known(self):
        return await notes.run(self.rows().exists)


@pytest.fixture
def people(db):
    return Somebody("alice"), Somebody("bob")


@pytest.fixture
async def alice(people, shared, spaces):
    """Alice, of whose Space another process knows."""
    shared.start()
    alice, _ = people
    assert names_of(await alice.list(ALICE))
    in_another_process()
    return alice


@pytest.fixture
def bob(people):
    return people[1]


@pytest.fixture
def count(spaces, asked_of_hub):
    def count():
        of_hub = asked_of_hub(f"/api/spaces/{PRIVATE.space_id}")
        return len(spaces.asked(SUBDOMAIN)), len(of_hub)

    return count


def make_older(rows, age):
    at = timezone.now() - age
    return notes.run(lambda: rows.update(found_at=at, expires_at=at + stored_private.KEPT))


async def test_a_process_that_starts_lists_at_once_and_asks_nobody(alice, count):
    before = count()

    listing = await alice.list(ALICE)

    assert "grp2_greet" in names_of(listing)
    assert count() == before


async def test_what_is_old_is_listed_while_it_is_renewed_behind_the_persons_own_request(
    alice, break_hub, spaces
):
    await make_older(alice.rows(), timedelta(hours=3))
    break_hub(path=f"^/api/spaces/{PRIVATE.space_id}", delay=0.3)
    asked = len(spaces.asked(SUBDOMAIN, SCHEMA))

    listing = await alice.list(ALICE)
    meanwhile = len(spaces.asked(SUBDOMAIN, SCHEMA))
    await alice.look(ALICE)

    assert "grp2_greet" in names_of(listing)
    assert meanwhile == asked
    assert len(spaces.asked(SUBDOMAIN, SCHEMA)) == asked + 1


async def test_another_person_who_adds_the_same_name_gets_nothing_of_it(alice, bob):
    listing = await bob.list(BOB)

    assert names_of(listing) == set()
    assert "may not see it" in listing.problem
    assert not await bob.is_known()
    assert await alice.is_known()


async def test_another_token_of_the_same_person_is_asked_about(alice):
    listing = await alice.list(ALICE_BY_ANOTHER_TOKEN)

    assert names_of(listing) == set()
    in_another_process()
    assert names_of(await alice.list(ALICE))


async def test_whoever_has_no_account_leaves_and_gets_nothing(alice, spaces):
    asked = len(spaces.asked(SUBDOMAIN, SCHEMA))

    assert names_of(await list_one(PRIVATE, ALICE))

    assert len(spaces.asked(SUBDOMAIN, SCHEMA)) == asked + 1


async def test_what_is_stored_is_ciphertext_and_tells_no_token(alice):
    def stored():
        as_it_is = alice.rows().annotate(stored=Cast("source", TextField()))
        return list(as_it_is.values_list("stored", "digest"))

    rows = await notes.run(stored)

    assert len(rows) == 2
    assert all(zlib.decompress(b64decode(decrypt(stored))) for stored, _ in rows)
    assert TOKEN_DIGEST not in {digest for _, digest in rows}


async def test_operators_and_public_looks_know_nothing_of_it(alice, spaces):
    asked = len(spaces.asked(SUBDOMAIN))

    await refresh_due()
    known = await notes.run(last_known, PRIVATE.space_id)

    assert (known.stage, known.found_at) == ("", None)
    assert not await notes.run(KnownSpace.objects.exists)
    assert len(spaces.asked(SUBDOMAIN)) == asked


async def test_a_lost_key_has_the_space_asked_anew_once(alice, count, settings):
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    before = count()

    listing = await alice.list(ALICE)
    once = count()
    in_another_process()
    again = await alice.list(ALICE)

    assert names_of(listing) == names_of(again) != set()
    assert before != once == count()


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_what_the_hub_refuses_is_forgotten(alice, break_hub, status):
    await make_older(alice.rows(), timedelta(hours=3))
    break_hub(path=f"^/api/spaces/{PRIVATE.space_id}", token=ALICE, status=status)

    refused = await alice.look(ALICE)

    assert names_of(refused) == set()
    assert not await alice.is_known()
    in_another_process()
    assert names_of(await alice.list(ALICE)) == set()


async def test_a_refusal_that_another_process_met_counts_here(alice, break_hub):
    assert names_of(await alice.list(ALICE))
    break_hub(path=f"^/api/spaces/{PRIVATE.space_id}", token=ALICE, status=404)
    sight = Sight(alice.user.pk, PRIVATE.space_id, TOKEN_DIGEST)
    await notes.run(stored_private.forget, sight)

    await bus.tell(SIGHT_ENDED, [PRIVATE.space_id, TOKEN_DIGEST])

    assert names_of(await alice.list(ALICE)) == set()


async def test_a_failure_leaves_what_was_known_for_no_longer(alice, break_hub):
    before = await notes.run(lambda: alice.rows().get(about="info").expires_at)
    break_hub(path=f"^/api/spaces/{PRIVATE.space_id}", token=ALICE, status=500)
    look_again(PRIVATE.space_id, ALICE)
    await alice.look(ALICE)

    in_another_process()
    assert "grp2_greet" in names_of(await alice.list(ALICE))
    assert await notes.run(lambda: alice.rows().get(about="info").expires_at) == before


async def test_a_space_that_was_public_for_a_while_shares_nothing_when_it_is_private_again(
    alice, bob, break_hub
):
    public = {"id": PRIVATE.space_id, "sdk": "gradio", "subdomain": SUBDOMAIN, "private": False}
    body = json.dumps({**public, "runtime": {"stage": "RUNNING"}})
    break_hub(path=f"^/api/spaces/{PRIVATE.space_id}", status=200, body=body, times=1)
    look_again(PRIVATE.space_id, ALICE)
    await alice.look(ALICE)

    in_another_process()
    listing = await bob.look(BOB)
    look_again(PRIVATE.space_id, ALICE)

    assert names_of(listing) == set()
    assert not await bob.is_known()
    assert not await notes.run(KnownSpace.objects.filter(source__isnull=False).exists)
    assert "grp2_greet" in names_of(await alice.look(ALICE))


async def test_a_removed_space_is_forgotten_and_not_stored_again(alice):
    await notes.run(remove_space, alice.user, PRIVATE.space_id)
    assert not await alice.is_known()

    await alice.look(ALICE)

    assert not await alice.is_known()


def sign_out(user):
    sign_out_everywhere(user)


def lose_access(user):
    give_up(HubCredential.objects.create(user=user, access_token=ALICE))


def sign_in_again(user):
    upsert_user(Person(user.hf_id, user.username), HubTokenSet(HubCredential.Kind.TOKEN, BOB))


@pytest.mark.parametrize("end", [sign_out, lose_access, sign_in_again, remove])
async def test_it_is_forgotten_when_the_persons_access_ends(alice, bob, end):
    await notes.run(end, alice.user)

    assert not await notes.run(KnownPrivateSpace.objects.exists)


async def test_it_is_kept_a_day(alice):
    await make_older(alice.rows(), timedelta(hours=23))
    assert await notes.run(stored_private.forget_expired, timezone.now()) == 0

    later = timezone.now() + timedelta(hours=1, minutes=1)
    assert await notes.run(stored_private.forget_expired, later) == 2


def test_of_one_person_the_newest_is_kept_within_bounds(people, monkeypatch):
    monkeypatch.setattr(stored_private, "MAX_ROWS", 3)
    alice, bob = people
    now = timezone.now()
    for number in range(5):
        for somebody in (alice, bob):
            sight = Sight(somebody.user.pk, PRIVATE.space_id, f"token {number}")
            at = now + timedelta(seconds=number)
            stored_private.store_found(sight, KnownSpace.About.INFO, at, b"{}")

    kept = {row.found_at for row in alice.rows()}
    assert kept == {now + timedelta(seconds=number) for number in (2, 3, 4)}
    assert bob.rows().count() == 3


def test_of_one_person_so_many_bytes_are_kept(people, monkeypatch):
    monkeypatch.setattr(stored_private, "MAX_BYTES", 50)
    alice, _ = people
    for token in ("one", "two", "three"):
        sight = Sight(alice.user.pk, PRIVATE.space_id, token)
        stored_private.store_found(sight, KnownSpace.About.INFO, timezone.now(), b"{}")

    assert 0 < sum(row.size for row in alice.rows()) <= 50


async def test_a_space_that_is_only_named_in_a_url_is_not_stored(people, shared, spaces):
    shared.start()
    alice, _ = people
    await notes.run(remove_space, alice.user, PRIVATE.space_id)

    with acting_for(f"person {alice.user.pk}"):
        listing = await list_one(SpaceChoice(PRIVATE.space_id, "grx1a2b_", False), ALICE)

    assert names_of(listing)
    assert not await alice.is_known()
