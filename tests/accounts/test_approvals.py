"""Calls that wait for their person: the page, what the settings page lists, what is kept."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import timezone

from accounts import approvals
from accounts.approvals import MAX_WAITING, Subject, TooManyApprovals, ask, settle, take
from accounts.consequences import ALWAYS_ASK, JUST_DO_IT, ApprovalChoices, Choice, Kind
from accounts.models import Approval, AuditEvent
from accounts.preferences import find_user, load_preferences, save_approvals, save_tools
from accounts.space_selection import add_space, mark_space

pytestmark = pytest.mark.django_db

SUBJECT = Subject(
    tool="hf_fs_write",
    digest="d" * 64,
    kinds=(Kind.DELETE,),
    title="Delete hf://models/alice/<b>x</b>/a.txt",
    lines=("Branch: main", "Commit message: <script>alert(1)</script>"),
    client="Some client 1.0",
)
NEVER_SPEND = ApprovalChoices(spend=Choice.NEVER)


@pytest.fixture
def waiting(alice) -> Approval:
    return ask(alice.pk, SUBJECT)


def url_of(row: Approval) -> str:
    return f"/approvals/{row.pk}/"


def let_pass(**time: int) -> None:
    """Have so much time gone by for all that is kept."""
    for row in Approval.objects.all():
        row.asked_at -= timedelta(**time)
        row.expires_at -= timedelta(**time)
        row.save()


def actions(user) -> list[str]:
    logged = AuditEvent.objects.filter(user=user, action__startswith="approval")
    return [row.action.removeprefix("approval_") for row in logged.order_by("pk")]


def test_the_page_shows_what_is_to_be_done_and_nothing_of_it_is_markup(alice_client, waiting):
    page = alice_client.get(url_of(waiting)).text

    for shown in ("hf_fs_write", "Branch: main", "Some client 1.0", "Approve", "Refuse"):
        assert shown in page
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_nobody_else_gets_to_see_it_or_to_decide(client_of, stranger, visitor, waiting):
    other = client_of(stranger)

    assert other.get(url_of(waiting)).status_code == 404
    assert other.post(url_of(waiting), {"decision": "approve"}).status_code == 404
    assert visitor.get(url_of(waiting)).status_code == 302
    assert visitor.post(url_of(waiting), {"decision": "approve"}).status_code == 302
    assert Approval.objects.get().state == "waiting"


def test_who_has_to_sign_in_first_reads_why(visitor, waiting):
    page = visitor.get(url_of(waiting), follow=True).text

    assert "needs your approval" in page
    assert SUBJECT.title not in page


@pytest.mark.parametrize("approval_id", ["\0", "a.b", "a b", "\u00e9"])
def test_what_can_be_no_id_is_never_looked_up(approval_id):
    """PostgreSQL takes no NUL."""
    with pytest.raises(Resolver404):
        resolve(f"/approvals/{approval_id}/")


def test_a_decision_needs_the_pages_own_form(alice, waiting):
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost:8000"})
    client.force_login(alice)

    assert client.post(url_of(waiting), {"decision": "approve"}).status_code == 403
    assert Approval.objects.get().state == "waiting"


def test_an_approval_is_used_up_by_one_call(alice, alice_client, waiting):
    alice_client.post(url_of(waiting), {"decision": "approve"})

    assert [take(alice.pk, SUBJECT.digest) for _ in range(2)][0].state == "used"
    assert take(alice.pk, SUBJECT.digest) is None
    assert "This has been decided" in alice_client.get(url_of(waiting)).text
    assert actions(alice) == ["asked", "given", "used"]
    assert ask(alice.pk, SUBJECT).pk != waiting.pk


def test_an_approval_is_of_one_person_and_one_call(alice, stranger, alice_client, waiting):
    alice_client.post(url_of(waiting), {"decision": "approve"})

    assert take(stranger.pk, SUBJECT.digest) is None
    assert take(alice.pk, "e" * 64) is None
    assert take(alice.pk, SUBJECT.digest).state == "used"


def test_a_person_may_change_their_mind_until_the_call_is_made(alice, alice_client, waiting):
    for decision, state in (("approve", "approved"), ("refuse", "refused"), ("refuse", "refused")):
        answer = alice_client.post(url_of(waiting), {"decision": decision}, follow=True)
        assert answer.status_code == 200
        assert Approval.objects.get().state == state
    assert take(alice.pk, SUBJECT.digest).state == "refused"
    assert actions(alice) == ["asked", "given", "refused"]

    alice_client.post(url_of(waiting), {"decision": "approve"})
    take(alice.pk, SUBJECT.digest)

    assert alice_client.post(url_of(waiting), {"decision": "refuse"}).status_code == 409


def test_after_ten_minutes_it_is_too_late(alice, alice_client, waiting):
    alice_client.post(url_of(waiting), {"decision": "approve"})
    let_pass(minutes=10)

    assert take(alice.pk, SUBJECT.digest) is None
    assert "Too late" in alice_client.get(url_of(waiting)).text
    assert alice_client.post(url_of(waiting), {"decision": "approve"}).status_code == 409
    again = ask(alice.pk, SUBJECT)
    assert (again.pk != waiting.pk, again.state) == (True, "waiting")


def test_the_same_call_waits_once_and_a_person_has_so_many_to_decide(alice, stranger):
    first = ask(alice.pk, SUBJECT)

    assert ask(alice.pk, SUBJECT).pk == first.pk
    for number in range(MAX_WAITING - 1):
        ask(alice.pk, replace(SUBJECT, digest=f"{number}"))
    with pytest.raises(TooManyApprovals):
        ask(alice.pk, replace(SUBJECT, digest="one more"))
    assert ask(alice.pk, SUBJECT).pk == first.pk
    assert ask(stranger.pk, SUBJECT).state == "waiting"


def test_all_of_a_person_together_is_bounded(alice, monkeypatch):
    monkeypatch.setattr(approvals, "MAX_ROWS", 3)
    for number in range(3):
        assert settle(f"question {number}", alice.pk, SUBJECT, is_approved=True)

    with pytest.raises(TooManyApprovals):
        settle("question 3", alice.pk, SUBJECT, is_approved=True)

    let_pass(minutes=10)
    assert settle("question 3", alice.pk, SUBJECT, is_approved=True)
    assert Approval.objects.count() == 1


def test_an_answer_in_the_client_counts_once_and_ends_what_waits_on_the_page(alice, waiting):
    answers = [settle("a question", alice.pk, SUBJECT, is_approved=yes) for yes in (False, True)]

    assert answers == [True, False]
    assert take(alice.pk, SUBJECT.digest) is None
    assert Approval.objects.get(pk=waiting.pk).state == "used"
    assert actions(alice) == ["asked", "refused"]


@pytest.mark.parametrize(
    ("decision", "told"),
    [("approve", "You approved it"), ("refuse", "You refused it"), (None, "Nobody decided")],
)
def test_a_page_that_is_too_late_says_what_was_decided(alice_client, waiting, decision, told):
    if decision:
        alice_client.post(url_of(waiting), {"decision": decision})
    let_pass(minutes=11)

    assert told in alice_client.get(url_of(waiting)).text


def test_what_has_expired_is_forgotten(alice, waiting):
    now = timezone.now()

    assert approvals.forget_expired(now) == 0
    assert approvals.forget_expired(now + timedelta(minutes=11)) == 1


def test_what_a_person_is_shown_is_stored_encrypted(alice, waiting):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM accounts_approval")
        (stored,) = cursor.fetchone()

    assert "main" not in stored
    assert all("script" not in str(row.detail) for row in AuditEvent.objects.all())


def test_the_settings_page_lists_what_waits_and_decides_there(alice, alice_client, waiting):
    newer = ask(alice.pk, replace(SUBJECT, digest="e" * 64, title="Delete another"))

    page = alice_client.get("/settings/approvals/")
    assert [card.id for card in page.context["waiting"]] == [newer.pk, waiting.pk]
    assert "Waiting for your approval" in page.text

    form = {"decision": "refuse", "from": "settings"}
    assert alice_client.post(url_of(newer), form).url == "/settings/approvals/"
    alice_client.post(url_of(waiting), {**form, "decision": "approve"})
    assert "Waiting for your approval" not in alice_client.get("/settings/approvals/").text
    assert Approval.objects.get(pk=waiting.pk).state == "approved"


def test_what_was_decided_on_the_settings_page_is_named_and_can_be_changed(alice_client, waiting):
    form = {"decision": "approve", "from": "settings"}

    page = alice_client.post(url_of(waiting), form, follow=True).text

    assert "Approved: Delete hf://models/alice/&lt;b&gt;x&lt;/b&gt;/a.txt." in page
    assert re.search(
        rf'<a href="{url_of(waiting)}" aria-label="Change it: [^"]+">Change it</a>', page
    )
    assert "Approved</span> Delete" in page


def test_all_that_waits_is_refused_at_once(alice, stranger, alice_client, waiting):
    for digest in "ef":
        ask(alice.pk, replace(SUBJECT, digest=digest * 64))
    theirs = ask(stranger.pk, SUBJECT)
    assert "Refuse all 3" in alice_client.get("/settings/approvals/").text

    seen = [row.pk for row in Approval.objects.all()]
    unseen = ask(alice.pk, replace(SUBJECT, digest="9" * 64))

    page = alice_client.post("/approvals/refuse-all/", {"id": seen}, follow=True).text

    assert "Refused: 3 calls are not made." in page
    mine = Approval.objects.filter(user=alice).exclude(pk=unseen.pk)
    assert {row.state for row in mine} == {"refused"}
    assert Approval.objects.get(pk=unseen.pk).state == "waiting"
    assert Approval.objects.get(pk=theirs.pk).state == "waiting"
    assert actions(alice).count("refused") == 3


def test_what_is_never_done_cannot_be_approved_any_more(alice, alice_client, waiting):
    assert "You have chosen “Never”" not in alice_client.get(url_of(waiting)).text

    save_tools(alice, ["hf_fs"], True)
    save_approvals(alice, ApprovalChoices(delete=Choice.NEVER))

    for path in (url_of(waiting), "/settings/approvals/"):
        page = alice_client.get(path).text
        assert "You have chosen “Never”" in page
        assert "Approve: Delete" not in page
    assert alice_client.post(url_of(waiting), {"decision": "approve"}).status_code == 409
    assert Approval.objects.get(pk=waiting.pk).state == "waiting"


def test_an_old_page_does_not_turn_a_decision_round(alice_client, waiting):
    old = {"decision": "approve", "seen": "waiting"}
    alice_client.post(url_of(waiting), {"decision": "refuse", "seen": "waiting"})

    answer = alice_client.post(url_of(waiting), old)

    assert answer.status_code == 409
    assert "decided elsewhere" in answer.text
    assert Approval.objects.get(pk=waiting.pk).state == "refused"
    alice_client.post(url_of(waiting), {"decision": "approve", "seen": "refused"})
    assert Approval.objects.get(pk=waiting.pk).state == "approved"


def test_with_htmx_the_section_is_answered_with_what_is_left(alice, alice_client, waiting):
    form = {"decision": "approve", "seen": "waiting", "from": "settings"}

    fragment = alice_client.post(url_of(waiting), form, headers={"HX-Request": "true"}).text

    assert "<html" not in fragment
    assert "Decided in the last ten minutes" in fragment
    assert "not made yet" in fragment


def test_everybody_is_asked_unless_they_choose_otherwise(alice, alice_client):
    save_tools(alice, [], include_images=True)
    assert load_preferences(alice.pk).approvals == ALWAYS_ASK

    form = {"approve_delete": "allow", "approve_publish": "ask", "approve_spend": "never"}
    alice_client.post("/settings/approvals/", form)

    chosen = ApprovalChoices(Choice.ALLOW, Choice.ASK, Choice.NEVER)
    assert load_preferences(alice.pk).approvals == chosen
    assert find_user(alice.hf_id).preferences.approvals == chosen
    assert 'value="never" checked' in alice_client.get("/settings/approvals/").text


def test_the_choice_stays_whatever_is_done_about_the_tools(alice, alice_client):
    save_tools(alice, [], include_images=True)
    save_approvals(alice, NEVER_SPEND)

    for path in ("tools/", "tools/defaults/", "tools/undo/"):
        assert alice_client.post(f"/settings/{path}", {"tools": ["hf_fs"]}).status_code == 302
        assert load_preferences(alice.pk).approvals == NEVER_SPEND


def test_the_default_tools_stay_the_defaults_for_whoever_only_chose_what_to_be_asked(
    alice, alice_client
):
    alice_client.post("/settings/approvals/", {"approve_spend": "never"})

    assert load_preferences(alice.pk).tools is None
    assert find_user(alice.hf_id).preferences.tools is None
    assert load_preferences(alice.pk).approvals == NEVER_SPEND
    assert "the defaults" in alice_client.get("/settings/").text


def test_with_htmx_the_choices_are_answered_with_what_is_saved(alice_client):
    form = {"approve_delete": "allow"}

    answer = alice_client.post("/settings/approvals/", form, headers={"HX-Request": "true"})

    assert "<html" not in answer.text
    assert 'id="approve_delete-allow" name="approve_delete" value="allow" checked' in answer.text
    assert "What you are asked about is saved." in answer.text


def test_a_choice_of_another_tab_is_not_overwritten_unseen(alice, alice_client):
    save_tools(alice, [], include_images=True)
    version = alice_client.get("/settings/approvals/").context["choices_version"]
    save_tools(alice, [], include_images=True)
    save_approvals(alice, NEVER_SPEND)

    answer = alice_client.post("/settings/approvals/", {"version": version})

    assert answer.status_code == 409
    assert load_preferences(alice.pk).approvals == NEVER_SPEND


def test_what_is_no_choice_is_refused(alice, alice_client):
    answer = alice_client.post("/settings/approvals/", {"approve_spend": "sometimes"})

    assert answer.status_code == 422
    assert "Choose to be asked" in answer.text


def test_a_space_is_marked_by_whose_it_is(alice, stranger):
    add_space(alice, "acme/one", is_private=False, title="One", emoji="")

    assert mark_space(alice, "acme/one", asks_first=True)
    assert not mark_space(stranger, "acme/one", asks_first=True)

    assert load_preferences(alice.pk).asks_before("ACME/one")
    assert not load_preferences(alice.pk).asks_before("acme/two")
    mark_space(alice, "acme/one", asks_first=False)
    assert not load_preferences(alice.pk).asks_before("acme/one")


@pytest.mark.parametrize(
    ("kinds", "choices", "expected"),
    [
        ({Kind.DELETE}, ALWAYS_ASK, Choice.ASK),
        ({Kind.DELETE}, JUST_DO_IT, Choice.ALLOW),
        ({Kind.SPACE}, JUST_DO_IT, Choice.ASK),
        ({Kind.PUBLISH, Kind.SPEND}, NEVER_SPEND, Choice.NEVER),
        ({Kind.PUBLISH, Kind.SPEND}, replace(JUST_DO_IT, publish=Choice.ASK), Choice.ASK),
    ],
)
def test_the_strictest_choice_holds(kinds, choices, expected):
    assert choices.about(kinds) is expected
