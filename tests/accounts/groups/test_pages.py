"""The pages of groups: only admins make and change them, and each change is in the log."""

from io import StringIO

import pytest
from django.core.management import call_command

from accounts.audit import Action
from accounts.groups.changing import MAX_GROUPS
from accounts.groups.models import Group, GroupMember
from accounts.models import AuditEvent
from accounts.operators.models import Membership, Role
from accounts.preferences import save_tools
from accounts.space_selection import add_space
from tests.accounts.conftest import make_user
from tests.accounts.groups.conftest import FILES, SEARCH

pytestmark = pytest.mark.django_db

LIST = "/dashboard/people/groups/"
PLAIN = {
    "name": "Students",
    "description": "Who learns",
    "tools_offered": "all",
    "spaces_offered": "all",
    "first_tools": "all",
    "first_spaces": "all",
    **{f"approve_{kind}": "allow" for kind in ("delete", "publish", "spend")},
}


@pytest.fixture
def admin(boss, client_of):
    return client_of(boss)


def told(action: Action) -> list[dict[str, object]]:
    return list(AuditEvent.objects.filter(action=action).values_list("detail", flat=True))


def test_without_groups_the_page_says_what_that_means(admin):
    assert "There are no groups" in admin.get(LIST).text


def test_an_admin_makes_a_group(admin, boss):
    rules = {
        "tools_offered": "some",
        "tools": [SEARCH, FILES],
        "spaces_offered": "some",
        "spaces": "ACME/Demo, other/*\nacme/demo",
        "first_spaces": "some",
        "default_spaces": "acme/Demo",
        "writes_per_minute": "7",
        "approve_spend": "never",
    }

    page = admin.post(f"{LIST}new/", PLAIN | rules, follow=True)

    group = Group.objects.get()
    assert (group.name, group.made_by, group.writes_per_minute) == ("Students", boss, 7)
    assert (group.tools, group.spaces) == ([SEARCH, FILES], ["acme/demo", "other/*"])
    assert (group.default_tools, group.default_spaces) == (None, ["acme/Demo"])
    assert (group.approve_delete, group.approve_spend) == ("allow", "never")
    assert told(Action.GROUP_MADE) == [{"group": "Students"}]
    assert "7 calls a minute of tools that change something" in page.text
    assert "spending: never" in page.text


@pytest.mark.parametrize(
    ("field", "wrong", "said"),
    [
        ("name", {"name": ""}, "This field is required"),
        ("name", {"name": "TEACHERS"}, "a group of this name already"),
        ("spaces", {"spaces": "acme"}, "not written as owner/name, or owner/*"),
        ("default_spaces", {"default_spaces": "acme/*"}, "not written as owner/name"),
        ("writes_per_minute", {"writes_per_minute": "0"}, "greater than or equal to 1"),
        ("tools", {"tools_offered": "some", "tools": ["none"]}, "none"),
        (
            "default_spaces",
            {
                "spaces_offered": "some",
                "spaces": "acme/*",
                "first_spaces": "some",
                "default_spaces": "other/x",
            },
            "Not among those offered: other/x",
        ),
        (
            "default_tools",
            {
                "tools_offered": "some",
                "tools": [SEARCH],
                "first_tools": "some",
                "default_tools": [FILES],
            },
            f"Not among the tools offered: {FILES}",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(admin, make_group, field, wrong, said):
    make_group("somebody", name="Teachers")

    page = admin.post(f"{LIST}new/", PLAIN | wrong)

    assert page.status_code == 422
    assert said in str(page.context["form"].errors[field])
    assert said in page.text
    assert Group.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "ignored", "said"),
    [
        ("tools", [SEARCH, FILES], "choose “These tools”, or untick them"),
        ("spaces", "acme/parts", "choose “These Spaces”, or empty the list"),
        ("default_tools", [SEARCH], "choose “These tools”, or untick them"),
        ("default_spaces", "acme/parts", "choose “These Spaces”, or empty the list"),
    ],
)
def test_what_would_have_no_effect_is_not_thrown_away(admin, field, ignored, said):
    page = admin.post(f"{LIST}new/", PLAIN | {field: ignored})

    assert page.status_code == 422
    assert said in str(page.context["form"].errors[field])
    assert said in page.text
    assert not Group.objects.exists()


def test_a_list_that_was_there_is_given_up_by_choosing_all(admin, make_group):
    group = make_group("somebody", tools=[SEARCH], spaces=["acme/*"])
    kept = {"tools": [SEARCH], "spaces": "acme/*"}

    answer = admin.post(f"{LIST}{group.pk}/edit/", PLAIN | kept)

    assert answer.status_code == 302
    group.refresh_from_db()
    assert (group.tools, group.spaces) == (None, None)


def test_what_is_saved_is_said(admin, make_group):
    group = make_group("somebody")
    some = {"tools_offered": "some", "tools": [SEARCH, FILES], "spaces_offered": "some"}

    made = admin.post(
        f"{LIST}new/", PLAIN | some | {"name": "Pupils", "spaces": "acme/parts"}, follow=True
    )
    changed = admin.post(
        f"{LIST}{group.pk}/edit/", PLAIN | {"spaces_offered": "some", "spaces": ""}, follow=True
    )

    assert "The group Pupils is made, and offers 2 tools and the Space acme/parts." in made.text
    assert "It offers all tools and no Space." in changed.text


def test_a_change_is_in_the_log_with_what_was_changed(admin, make_group):
    group = make_group("somebody", approve_spend="allow")

    form = admin.get(f"{LIST}{group.pk}/edit/").context["form"]
    sent = {name: value for name, value in form.initial.items() if value is not None}
    changed = {"name": "Pupils", "tools_offered": "some", "tools": [SEARCH]}
    assert admin.post(f"{LIST}{group.pk}/edit/", PLAIN | sent | changed).status_code == 302

    assert told(Action.GROUP_CHANGED) == [
        {"group": "Pupils", "changed": ["name", "tools"], "before": "Students"}
    ]
    assert Group.objects.get().tools == [SEARCH]


def test_saving_what_is_there_changes_nothing(admin, make_group):
    group = make_group("somebody", spaces=["acme/*"], default_tools=[SEARCH], streams=3)

    form = admin.get(f"{LIST}{group.pk}/edit/").context["form"]
    sent = {name: value for name, value in form.initial.items() if value not in (None, False)}
    admin.post(f"{LIST}{group.pk}/edit/", sent)

    assert told(Action.GROUP_CHANGED) == []


def test_several_are_added_at_once_and_one_is_removed(admin, alice, make_group):
    group = make_group("somebody")

    said = admin.post(
        f"{LIST}{group.pk}/", {"who": f"{alice.username}, org:Acme\nid:x somebody"}, follow=True
    )
    removed = admin.post(f"{LIST}{group.pk}/remove/", {"who": "org:acme"})

    assert "3 are added" in said.text and "from when a member signs in next" in said.text
    assert removed.status_code == 302
    words = set(GroupMember.objects.values_list("subject", flat=True))
    assert words == {alice.username.lower(), "id:x", "somebody"}
    assert {"group": "Students", "who": "id:x"} in told(Action.GROUP_MEMBER_ADDED)
    assert told(Action.GROUP_MEMBER_REMOVED) == [{"group": "Students", "who": "org:acme"}]


def test_who_means_nobody_here_yet_is_said_when_they_are_added(admin, alice, make_group):
    group = make_group("somebody")

    page = admin.post(f"{LIST}{group.pk}/", {"who": f"id:{alice.hf_id} alcie adda"}, follow=True)

    assert "3 are added. Nobody with this name has signed in yet: alcie, adda." in page.text


def test_what_members_would_begin_with_and_are_not_offered_is_said(admin, make_group, settings):
    settings.DEFAULT_SPACES = ["acme/demo", "acme/other"]
    narrow = make_group("somebody", tools=[SEARCH], spaces=["acme/demo"])
    wide = make_group("somebody", name="Staff")

    said = "not offered to them:"
    page = admin.get(f"{LIST}{narrow.pk}/").text

    assert said in page and "acme/other." in page.partition(said)[2].partition("</p>")[0]
    assert "acme/demo" not in page.partition(said)[2]
    assert said not in admin.get(f"{LIST}{wide.pk}/").text


def test_one_wrong_word_among_several_adds_nobody(admin, make_group):
    group = make_group("somebody")

    page = admin.post(f"{LIST}{group.pk}/", {"who": "ada, a/b, bob"})

    assert page.status_code == 422 and "“a/b” is no name" in page.text
    assert GroupMember.objects.count() == 1


def test_a_group_for_everybody_else_has_no_members_and_is_one(admin, make_group):
    others = make_group(name="Guests")
    named = make_group("somebody")

    added = admin.post(f"{LIST}{others.pk}/", {"who": "ada"})
    second = admin.post(f"{LIST}new/", PLAIN | {"name": "More", "is_for_others": "on"})
    changed = admin.post(f"{LIST}{named.pk}/edit/", PLAIN | {"is_for_others": "on"})

    assert {added.status_code, second.status_code, changed.status_code} == {422}
    assert "Another group is for everybody else already" in second.text
    assert "Remove its members first" in changed.text


def test_deleting_asks_first_and_says_how_many_it_concerns(admin, alice, make_group):
    ada = make_user("ada")
    Membership.objects.create(user=ada, org_id="f" * 24, name="acme")
    group = make_group(alice.username, f"org:{'f' * 24}", f"id:{ada.hf_id}")

    asked = admin.get(f"{LIST}{group.pk}/delete/")
    assert "for 2 people" in asked.text
    assert Group.objects.exists()

    admin.post(f"{LIST}{group.pk}/delete/")
    assert not Group.objects.exists()
    assert told(Action.GROUP_DELETED) == [{"group": "Students"}]


def test_a_group_for_everybody_else_concerns_who_is_in_no_other(admin, alice, make_group):
    make_user("ada")
    make_group(alice.username)
    make_group(name="Guests")

    rows = admin.get(LIST).context["rows"]

    # The boss and Ada, and Alice.
    assert {row.group.name: row.people for row in rows} == {"Guests": 2, "Students": 1}


def test_the_preview_says_what_a_person_would_have(admin, alice, make_group):
    save_tools(alice, [SEARCH, FILES], include_images=True)
    make_group(alice.username, tools=[SEARCH], approve_spend="never", streams=4)

    page = admin.get(f"{LIST}preview/", {"who": alice.username})

    preview = page.context["preview"]
    assert {FILES} == {tool.name for tool in preview.withheld}
    assert SEARCH in {tool.name for tool in preview.tools}
    assert "4 open streams" in page.text and "spending: never" in page.text
    assert admin.get(f"{LIST}preview/", {"who": "nobody-here"}).status_code == 422


def test_the_preview_names_spaces_but_not_private_ones(admin, alice, make_group):
    for space_id in ("acme/demo", "acme/other", "acme/secret"):
        is_private = space_id == "acme/secret"
        add_space(alice, space_id, is_private=is_private, title="", emoji="")
    make_group(alice.username, spaces=["acme/demo"])

    page = admin.get(f"{LIST}preview/", {"who": alice.username})

    preview = page.context["preview"]
    assert preview.spaces == ["acme/demo"]
    assert preview.withheld_spaces == ["acme/other", "a private Space"]
    assert "acme/other, a private Space" in page.text and "secret" not in page.text


def test_the_page_of_a_person_and_the_command_name_their_groups(admin, alice, make_group):
    make_group(alice.username)

    page = admin.get(f"/dashboard/people/{alice.pk}/")
    said = StringIO()
    call_command("people", "show", alice.username, stdout=said)

    assert [group.name for group in page.context["groups"]] == ["Students"]
    assert "groups: Students\n" in said.getvalue()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_only_admins_see_or_change_groups(with_role, make_group, role):
    group = make_group("somebody")
    client = with_role(role)
    paths = ("", "new/", "preview/", f"{group.pk}/", f"{group.pk}/edit/", f"{group.pk}/delete/")

    statuses = {client.get(LIST + path).status_code for path in paths}
    statuses |= {
        client.post(LIST + path, PLAIN | {"who": "ada"}).status_code
        for path in ("new/", f"{group.pk}/", *paths[4:], f"{group.pk}/remove/")
    }

    assert statuses == {403}
    assert Group.objects.get().members.count() == 1


@pytest.mark.parametrize("path", ["9999999999999999999999/", "7/", "7/edit/", "7/delete/"])
def test_a_group_that_is_not_there_is_not_found(admin, path):
    assert admin.get(LIST + path).status_code == 404


def test_there_are_so_many_groups_and_no_more(admin, boss):
    Group.objects.bulk_create(Group(name=f"Group {number}") for number in range(MAX_GROUPS))

    page = admin.post(f"{LIST}new/", PLAIN)

    assert page.status_code == 422 and "as many groups as there can be" in page.text


@pytest.mark.parametrize("name", ["<b>x</b>", "“Ünï” & more"])
def test_names_are_text(admin, name):
    page = admin.post(f"{LIST}new/", PLAIN | {"name": name}, follow=True)

    assert page.status_code == 200
    assert "<b>x</b>" not in page.text
