"""Whether a resource of a Space is another one now, as somebody who subscribed to it is told."""

from dataclasses import replace

import pytest

from accounts.authorization.scopes import Scope
from mcpendpoint.access.selection import Selection
from mcpendpoint.access.who import Caller, Credential
from mcpendpoint.gradio.listings import SpaceChoice
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.resources.fingerprints import can_watch, fingerprint

PARTS = SpaceChoice("acme/parts", "gr1_", False, offers_resources=True)
MOTTO, VISITS = "gr1+text://motto", "gr1+text://visits"


def context_of(space=PARTS, scopes=frozenset(Scope)):
    caller = Caller(Credential.ANONYMOUS, scopes=scopes)
    return RequestContext(caller, Selection((), (space,), True), None)


def reads_in(spaces):
    return len(spaces.asked("acme-parts", "/gradio_api/mcp/"))


async def test_the_word_is_another_one_when_the_content_is(spaces):
    assert can_watch(MOTTO)
    mottos = {await fingerprint(MOTTO, context_of(), news) for news in (0, 1)}
    visits = {await fingerprint(VISITS, context_of(), news) for news in (0, 1)}

    assert len(mottos) == 1
    assert len(visits) == 2
    assert None not in mottos | visits


@pytest.mark.parametrize(
    "context",
    [
        context_of(replace(PARTS, offers_resources=False)),
        context_of(scopes=frozenset({Scope.READ})),
        context_of(replace(PARTS, prefix="gr2_")),
    ],
    ids=["not ticked", "no scope for Spaces", "another Space"],
)
async def test_what_may_not_be_read_is_not_read(spaces, context):
    await fingerprint(MOTTO, context_of(), 0)
    before = reads_in(spaces)

    assert await fingerprint(MOTTO, context, 1) == "none"
    lists = 3  # where the Space is looked at again
    assert reads_in(spaces) - before in (0, lists)


async def test_a_space_that_sleeps_is_not_woken(spaces):
    asleep = SpaceChoice("acme/asleep", "gr1_", False, offers_resources=True)

    assert await fingerprint(MOTTO, context_of(asleep), 0) is None
    assert spaces.asked("acme-asleep") == []
