"""Who or what is kept out, and how."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.audit import Action
from accounts.models import AuditEvent
from accounts.operators import blocks
from accounts.operators.block_list import block_list
from accounts.operators.blocks import NotBlocked
from accounts.operators.models import Block, Role, RoleGrant
from mcpendpoint.gradio.operator_lists import refusal_of
from mcpendpoint.protocol import records
from tests.accounts.conftest import make_user

PAGE = "/dashboard/blocks/"
CLIENT = {"protocolVersion": "2025-11-25", "capabilities": {}}


def initialize(name: str, version: str) -> dict:
    return {**CLIENT, "clientInfo": {"name": name, "version": version}}


@pytest.fixture
def recorded(monkeypatch) -> list[records.Record]:
    heard: list[records.Record] = []
    monkeypatch.setattr(records, "_listeners", [heard.append])
    return heard


def test_a_range_of_versions_is_shown_as_it_was_typed_and_blocked_once(with_role):
    browser = with_role(Role.OPERATOR)
    form = {"kind": "client", "subject": "Old", "reason": "bug", "lasts": "undone"}

    page = browser.post(PAGE, {**form, "versions": ">=1.0, <1.4"}, follow=True).text
    again = browser.post(PAGE, {**form, "versions": "<1.4,>=1.0"})

    assert "<code>&gt;=1.0, &lt;1.4</code>" in page
    assert "such a block already" in again.text
    assert Block.objects.count() == 1


def test_a_blocked_person_is_refused_at_the_endpoint_with_the_reason(
    alice, block, ask, key_of, recorded
):
    key = key_of(alice)
    assert ask(key).status_code == 200

    block("person", alice.hf_id)

    refused = ask(key)
    assert refused.status_code == 403
    assert "WWW-Authenticate" not in refused
    assert refused.json()["id"] == 7
    assert "blocked" in refused.json()["error"]["message"]
    assert "spam" in refused.json()["error"]["message"]
    assert ask().status_code == 200
    counted = recorded[1]
    assert (counted.reason, counted.user_id) == (records.Reason.BLOCKED, alice.pk)
    assert counted.credential == "access_key"


def test_a_blocked_person_is_signed_out_and_cannot_sign_in(alice, client_of, block, visitor):
    browser = client_of(alice)
    block("person", alice.hf_id)

    page = browser.get("/settings/")
    assert (page.status_code, "spam" in page.text) == (403, True)
    assert "_auth_user_id" not in browser.session
    with pytest.raises(Exception, match="spam"):
        make_user(alice.username, hf_id=alice.hf_id)


def test_a_block_ends_by_itself_and_is_noted_once(alice, block, ask, key_of):
    key = key_of(alice)
    block("person", alice.hf_id, ends_at=timezone.now() + timedelta(hours=1))
    assert ask(key).status_code == 403
    Block.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    block_list.take((block_list.read() or (0, ()))[:1] + ((),))

    assert (blocks.note_ended(), blocks.note_ended()) == (1, 0)
    block_list.refresh()
    assert ask(key).status_code == 200
    assert AuditEvent.objects.filter(action=Action.BLOCK_ENDED).count() == 1


def test_what_is_over_is_not_in_force_even_before_it_is_noted(alice, block):
    block("person", alice.hf_id, ends_at=timezone.now() - timedelta(seconds=1))

    assert block_list.person(alice.hf_id) is None
    make_user(alice.username, hf_id=alice.hf_id)


@pytest.mark.parametrize(
    ("network", "address", "status"),
    [
        ("192.0.2.0/24", "192.0.2.1", 403),
        ("192.0.2.0/24", "192.0.3.1", 200),
        ("192.0.2.1/32", "::ffff:192.0.2.1", 403),
        ("::ffff:192.0.2.0/120", "192.0.2.1", 403),
        ("2001:db8::/32", "2001:db8:1::1", 403),
        ("2001:db8::/32", "2001:db9::1", 200),
    ],
)
def test_a_blocked_network_gets_neither_endpoint_nor_pages(block, ask, network, address, status):
    block("network", network)

    assert ask(address=address).status_code == status
    page = Client(headers={"host": "localhost:8000"}).get("/", REMOTE_ADDR=address)
    assert page.status_code == status


def test_an_admin_undoes_the_block_of_the_network_that_they_come_from(
    boss, alice, client_of, block, ask, key_of
):
    row = block("network", "192.0.2.0/24")
    there = {"REMOTE_ADDR": "192.0.2.1"}
    admin = client_of(boss)

    assert Client(headers={"host": "localhost:8000"}).get("/sign-in/", **there).status_code == 200
    assert client_of(alice).get("/settings/", **there).status_code == 403
    assert ask(key_of(boss)).status_code == 403
    assert admin.get(PAGE, **there).status_code == 200
    assert admin.post(f"{PAGE}{row.pk}/undo/", **there).status_code == 302
    assert not Block.objects.filter(over_at=None).exists()


def test_nobody_who_is_no_admin_comes_in_from_a_blocked_network(with_role, block):
    block("network", "192.0.2.0/24")

    page = with_role(Role.OPERATOR).get(PAGE, REMOTE_ADDR="192.0.2.1")

    assert (page.status_code, "Your network is blocked" in page.text) == (403, True)


def test_the_network_is_that_of_the_client_behind_trusted_proxies(block, ask, settings):
    settings.TRUSTED_PROXIES = 1
    block("network", "198.51.100.0/24")
    forwarded = {"X-Forwarded-For": "198.51.100.7"}

    assert ask(**forwarded).status_code == 403
    settings.TRUSTED_PROXIES = 0
    assert ask(**forwarded).status_code == 200


@pytest.mark.parametrize(
    ("versions", "version", "status"),
    [
        ("", "1.0", 403),
        ("", "nonsense", 403),
        ("<1.4,>=1.0", "1.3.9", 403),
        ("<1.4,>=1.0", "1.4.0", 200),
        ("<1.4", "1.4.0rc1", 200),
        ("<1.4", "nonsense", 200),
    ],
)
def test_a_client_is_blocked_by_its_name_and_versions(block, ask, versions, version, status):
    block("client", "Bad Client", versions=versions)

    params = initialize("Bad Client", version)
    assert ask(method="initialize", params=params).status_code == status
    other = initialize("Good Client", version)
    assert ask(method="initialize", params=other).status_code == 200


@pytest.mark.parametrize(
    "name", ["bad client", "BAD CLIENT", "Bad Cli\u00e9nt", "bad clie\u0301nt"]
)
def test_a_client_is_blocked_however_its_name_is_written(block, name):
    block("client", "Bad Client")
    block("client", "bad cLIE\u0301nt")

    assert block_list.client(name, "1.0")
    assert block_list.client(f"{name} 2", "1.0") is None


def test_a_blocked_client_loses_its_sessions(block, ask):
    begun = ask(method="initialize", params=initialize("Bad Client", "1.0"))
    session = {"Mcp-Session-Id": begun["Mcp-Session-Id"]}
    assert ask(**session).status_code == 200

    block("client", "Bad Client")

    assert ask(**session).status_code == 403


@pytest.mark.parametrize("subject", ["acme/bad", "acme/*"])
def test_a_blocked_space_is_one_that_the_operator_does_not_allow(block, subject):
    block("space", subject)

    assert "spam" in str(refusal_of("Acme/Bad"))
    assert refusal_of("other/bad") is None


def test_a_blocked_space_stays_so_under_another_name(block, monkeypatch):
    monkeypatch.setattr("accounts.operators.space_ids._find", lambda space_id: "5" * 24)
    block("space", "acme/bad")

    assert refusal_of("acme/renamed", "5" * 24)
    assert refusal_of("acme/bad", "6" * 24)
    assert refusal_of("acme/renamed", "6" * 24) is None
    assert refusal_of("acme/renamed") is None


def test_an_admin_cannot_be_blocked(boss, alice, block):
    RoleGrant.objects.create(subject=f"id:{alice.hf_id}", role=Role.ADMIN)

    for admin in (boss, alice):
        with pytest.raises(NotBlocked):
            block("person", admin.hf_id)


HUB_ID = "2bd8" + "0" * 20


@pytest.mark.parametrize("written", [f"id:{HUB_ID.upper()}", f"ID:{HUB_ID}", HUB_ID.upper()])
def test_an_id_is_that_of_its_person_however_it_is_written(
    with_role, written, django_capture_on_commit_callbacks
):
    user = make_user("hexa", hf_id=HUB_ID)
    with django_capture_on_commit_callbacks(execute=True):
        with_role(Role.OPERATOR).post(PAGE, form(subject=written))

    row = Block.objects.get()
    assert (row.subject, row.name) == (HUB_ID, user.username)
    assert block_list.person(HUB_ID)


def test_an_admin_is_one_however_their_id_is_written(with_role):
    user = make_user("hexa", hf_id=HUB_ID)
    RoleGrant.objects.create(subject=f"id:{user.hf_id}", role=Role.ADMIN)

    page = with_role(Role.OPERATOR).post(PAGE, form(subject=f"id:{HUB_ID.upper()}"))

    assert "An admin cannot be blocked" in page.text
    assert not Block.objects.exists()


def test_somebody_who_never_came_is_blocked_by_id(with_role):
    with_role(Role.OPERATOR).post(PAGE, form(subject=f"id:{HUB_ID}"))

    assert Block.objects.get().subject == HUB_ID


def test_the_same_is_not_blocked_twice(block):
    block("space", "acme/bad")

    with pytest.raises(NotBlocked):
        block("space", "acme/bad")


def form(**changes: str) -> dict[str, str]:
    return {"kind": "person", "subject": "alice", "reason": "spam", "lasts": "day", **changes}


def test_an_operator_blocks_and_undoes_on_the_page(
    with_role, alice, django_capture_on_commit_callbacks
):
    browser = with_role(Role.OPERATOR)
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(PAGE, form(subject=alice.username))
    row = Block.objects.get()
    assert (row.subject, row.name, row.over_at) == (alice.hf_id, alice.username, None)
    assert block_list.person(alice.hf_id)

    undo = f"{PAGE}{row.pk}/undo/"
    assert "Undo this block?" in browser.get(undo).text
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(undo)

    assert block_list.person(alice.hf_id) is None
    assert alice.username in browser.get(f"{PAGE}?show=past").text
    actions = AuditEvent.objects.filter(action__startswith="block_").values_list(
        "action", flat=True
    )
    assert list(actions.order_by("pk")) == ["block_made", "block_undone"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "nobody-of-this-name"},
        {"subject": "org:acme"},
        {"subject": "id:xx"},
        {"subject": f"id:{'g' * 24}"},
        {"kind": "network", "subject": "192.0.2.0/33"},
        {"kind": "network", "subject": "0.0.0.0/0"},
        {"kind": "network", "subject": "127.0.0.0/16"},
        {"kind": "network", "subject": "10.0.0.0/15"},
        {"kind": "network", "subject": "2001:db8::/31"},
        {"kind": "network", "subject": "::ffff:127.0.0.1"},
        {"kind": "network", "subject": "fe80::1%eth0"},
        {"kind": "client", "subject": "*"},
        {"kind": "client", "subject": "bad*"},
        {"kind": "space", "subject": "acme"},
        {"kind": "client", "subject": "x", "versions": "one to three"},
        {"kind": "space", "subject": "acme/x", "versions": ">1"},
        {"reason": ""},
        {"lasts": "for ever"},
        {"kind": "planet"},
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(with_role, alice, wrong):
    answer = with_role(Role.OPERATOR).post(PAGE, form(subject=alice.username) | wrong)

    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert not Block.objects.exists()


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("person=id:abc", "person"),
        ("client=Bad+Client", "client"),
        ("space=acme/bad", "space"),
        ("network=192.0.2.0/24", "network"),
    ],
)
def test_another_page_can_say_what_is_to_be_blocked(with_role, query, kind):
    page = with_role(Role.OPERATOR).get(f"{PAGE}?{query}").text

    assert f'<option value="{kind}" selected>' in page
    assert query.partition("=")[2].replace("+", " ") in page


def test_an_ipv4_address_within_ipv6_is_blocked_as_ipv4(with_role):
    with_role(Role.OPERATOR).post(PAGE, form(kind="network", subject="::ffff:127.0.0.2"))

    assert Block.objects.get().subject == "127.0.0.2/32"


def test_an_operator_cannot_block_himself(with_role):
    browser = with_role(Role.OPERATOR)

    page = browser.post(PAGE, form(subject="some-operator"))

    assert (page.status_code, "That is you" in page.text) == (422, True)


def test_who_lacks_a_role_reads_which_one_they_have(with_role):
    page = with_role(Role.OPERATOR).get("/dashboard/people/roles/")

    assert (page.status_code, "Your role on this server is operator." in page.text) == (403, True)


def test_viewers_can_neither_block_nor_undo(with_role, block):
    row = block("space", "acme/bad")
    browser = with_role(Role.VIEWER)

    assert browser.post(PAGE, form()).status_code == 403
    assert browser.post(f"{PAGE}{row.pk}/undo/").status_code == 403
    assert Block.objects.filter(over_at=None).count() == 1


def test_many_networks_are_looked_up_in_few_steps(db):
    Block.objects.bulk_create(
        Block(
            kind="network",
            subject=f"10.{n >> 8}.{n & 255}.0/24",
            reason="x",
            made_at=timezone.now(),
        )
        for n in range(5_000)
    )
    block_list.take(block_list.read())

    assert block_list.address("10.19.135.77")
    assert block_list.address("10.200.0.1") is None
    assert len(block_list._index._networks) == 1
