"""What tools need and what clients have."""

import pytest

from accounts.authorization.scopes import Scope, read_scopes, scopes_for, with_implied, write_scopes
from accounts.catalogue import Effect, catalogue


@pytest.mark.parametrize(
    ("effects", "needed"),
    [
        (set(), set()),
        ({Effect.READ}, {Scope.READ}),
        ({Effect.WRITE}, {Scope.WRITE}),
        ({Effect.READ, Effect.WRITE}, {Scope.READ, Scope.WRITE}),
        ({Effect.SPEND}, {Scope.SPACES}),
        ({Effect.READ, Effect.SPEND}, {Scope.READ, Scope.SPACES}),
        ({Effect.WRITE, Effect.SPEND}, {Scope.WRITE}),
        ({Effect.READ, Effect.WRITE, Effect.SPEND}, {Scope.READ, Scope.WRITE}),
    ],
)
def test_what_a_tool_does_says_what_it_needs(effects, needed):
    assert scopes_for(effects) == needed


def test_every_tool_of_ours_needs_something():
    assert all(scopes_for(tool.effects) for tool in catalogue.tools)


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        ("", set()),
        ("mcp:read", {Scope.READ}),
        ("mcp:write  mcp:read mcp:read", {Scope.READ, Scope.WRITE}),
        ("MCP:READ mcp mcp:readx admin", set()),
    ],
)
def test_only_words_of_ours_are_read(text, scopes):
    assert read_scopes(text) == scopes


def test_scopes_are_written_in_one_order():
    assert write_scopes([Scope.WRITE, Scope.READ, Scope.SPACES]) == "mcp:read mcp:spaces mcp:write"


def test_broad_implies_narrow_and_not_the_other_way():
    assert with_implied({Scope.WRITE}) == {Scope.READ, Scope.WRITE}
    assert with_implied({Scope.READ}) == {Scope.READ}
    assert with_implied({Scope.SPACES}) == {Scope.SPACES}
