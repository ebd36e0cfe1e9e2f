"""Who used a client: for admins by name, for others who see the dashboard by role alone."""

from collections import Counter
from collections.abc import Mapping

from django.db.models import Max, QuerySet, Sum
from django.urls import reverse

from accounts.models import User
from accounts.operators.models import Role
from accounts.operators.roles import roles_of
from dashboard.models import PersonCount
from dashboard.pages import Visit
from dashboard.reading_details import MOST, people
from dashboard.tables import Column, Table, number, row, when

MOST_LOOKED_UP = 1_000
"""Whose roles are told apart: those with the most requests."""

NO_ROLE = "No role"
GONE = "Somebody who has left"


def people_table(now: Visit, **which: str) -> Table:
    used = people(now.shown, **which)
    return _by_name(used) if now.names_people else _by_role(used)


def _by_name(used: QuerySet[PersonCount]) -> Table:
    found = (
        used.values_list("user_id")
        .annotate(
            total=Sum("count"), calls=Sum("tool_calls"), wrong=Sum("errors"), latest=Max("last_at")
        )
        .order_by("-total", "user_id")
    )
    rows = list(found[:MOST])
    users = User.objects.in_bulk([user_id for user_id, *_ in rows])
    roles = roles_of(users.values())
    return Table(
        "people",
        "People",
        (
            Column("Person"),
            Column("Requests", "number"),
            Column("Tool calls", "number"),
            Column("Errors", "number"),
            Column("Last", "when"),
        ),
        tuple(
            row(
                users[user_id].username if user_id in users else GONE,
                (number(total), number(calls), number(wrong, is_bad=True), when(latest)),
                note=_label(roles, user_id) if user_id in users else "",
                href=reverse("operators:person", args=[user_id]) if user_id in users else "",
            )
            for user_id, total, calls, wrong, latest in rows
        ),
        len(rows) if len(rows) < MOST else found.count(),
        empty="Nobody who is signed in.",
    )


def _by_role(used: QuerySet[PersonCount]) -> Table:
    found = (
        used.values_list("user_id")
        .annotate(total=Sum("count"), calls=Sum("tool_calls"))
        .order_by("-total", "user_id")[:MOST_LOOKED_UP]
    )
    users = User.objects.in_bulk([user_id for user_id, *_ in found])
    roles = roles_of(users.values())
    heads, requests, calls = Counter[str](), Counter[str](), Counter[str]()
    for user_id, total, of_tools in found:
        label = _label(roles, user_id) if user_id in users else GONE
        heads[label] += 1
        requests[label] += total
        calls[label] += of_tools
    return Table(
        "people",
        "People by role",
        (
            Column("Role"),
            Column("People", "number"),
            Column("Requests", "number"),
            Column("Tool calls", "number"),
        ),
        tuple(
            row(label, (number(heads[label]), number(requests[label]), number(calls[label])))
            for label in (*(role.label for role in reversed(Role)), NO_ROLE, GONE)
            if heads[label]
        ),
        len(heads),
        empty="Nobody who is signed in.",
    )


def _label(roles: Mapping[int, Role], user_id: int) -> str:
    return str(roles[user_id].label) if user_id in roles else NO_ROLE
