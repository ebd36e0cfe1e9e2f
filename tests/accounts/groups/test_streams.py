"""How many streams a member of a group may have open, at the endpoint's own handler."""

import pytest
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler

from accounts.access_keys import create_access_key
from accounts.groups.models import Group, GroupMember
from accounts.operators.bindings import own_word
from mcpendpoint.transports.handler import EndpointHandler
from tests.accounts.conftest import make_user
from tests.mcpendpoint.asgi_client import AsgiRequest
from tests.mcpendpoint.wire import modern, modern_headers

LISTEN = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})


def key_of_member(**rules: int) -> str:
    user = make_user()
    group = Group.objects.create(name=f"Of {user.username}", **rules)
    GroupMember.objects.create(group=group, subject=own_word(user))
    return create_access_key(user, "Laptop")[1]


@pytest.mark.django_db(transaction=True)
async def test_a_member_has_as_many_streams_as_the_group_says():
    key = await sync_to_async(key_of_member)(streams=1)
    app, headers = EndpointHandler(ASGIHandler()), modern_headers(LISTEN)
    headers["Authorization"] = f"Bearer {key}"

    async with AsgiRequest(app, LISTEN, headers) as first:
        await first.chunk()
        async with AsgiRequest(app, LISTEN, headers) as second:
            refused = await second.rest()

    assert (first.status, second.status) == (200, 503)
    assert b"too many open streams" in refused
