"""Who used a client, on its page."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.operators.models import Role
from accounts.operators.roles import give_role
from tests.dashboard.test_views import write

pytestmark = pytest.mark.django_db

CLIENT = reverse("dashboard:client")


@pytest.fixture
def people(staff):
    """Those who used the client: an admin, an operator, and two without a role."""
    names = ("olga", "paul", "quinn")
    others = [User.objects.create(username=name, hf_id=name[0] * 24) for name in names]
    users = [staff, *others]
    give_role(f"id:{users[1].hf_id}", Role.OPERATOR, staff)
    for times, user in enumerate(users, 1):
        for _ in range(times):
            write(user_id=user.pk, credential="session")
    return {user.username: user for user in users}


def rows_of(browser):
    page = browser.get(CLIENT, {"name": "Cursor"})
    table = next(table for table in page.context["page"].tables if table.name == "people")
    return page.text, {
        (row.name, row.note): [cell.text for cell in row.cells] for row in table.rows
    }


def test_admins_read_names_roles_and_numbers_of_calls(people, staff, browser_of):
    text, rows = rows_of(browser_of(staff))

    assert [cells[:2] for cells in rows.values()] == [
        ["4", "4"],
        ["3", "3"],
        ["2", "2"],
        ["1", "1"],
    ]
    assert list(rows)[-2:] == [("olga", "Operator"), (staff.username, "Admin")]
    assert list(rows)[0] == ("quinn", "No role")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_others_read_how_many_of_each_role_and_no_name(people, staff, browser_of, role):
    reader = User.objects.create(username="reader", hf_id="e" * 24)
    give_role(f"id:{reader.hf_id}", role, staff)
    gone = people.pop("paul")
    User.objects.filter(pk=gone.pk)._raw_delete("default")

    text, rows = rows_of(browser_of(reader))

    assert rows == {
        ("Admin", ""): ["1", "1", "1"],
        ("Operator", ""): ["1", "2", "2"],
        ("No role", ""): ["1", "4", "4"],
        ("Somebody who has left", ""): ["1", "3", "3"],
    }
    assert not [name for name in ("olga", "paul", "quinn", staff.username) if name in text]
