from dataclasses import replace

import pytest

from accounts.catalogue import Bouquet, Catalogue, Effect, ToolChoice
from accounts.preferences import Preferences, SavedSpace
from mcpendpoint.access.selection import InvalidOverrides, Rules, read_overrides, select
from tests.mcpendpoint.heads import make_head

READ = frozenset({Effect.READ})
WRITE = frozenset({Effect.WRITE})
SPEND = frozenset({Effect.SPEND})


def tool(name, effects=READ, **options):
    return ToolChoice(name, name.title(), f"Does {name}.", effects, **options)


CATALOGUE = Catalogue()
CATALOGUE.register(
    [
        tool("whoami", is_default=False, is_always_on=True),
        tool("search"),
        tool("details"),
        tool("write", WRITE, is_default=False, needs_sign_in=True),
        tool("docs", is_default=False),
        tool("machine", SPEND, is_default=False, needs_sign_in=True, brings=("machine_run",)),
        tool("machine_run", READ | WRITE, is_default=False, needs_sign_in=True),
        tool("guide", is_default=False, brings=("write", "docs")),
    ],
    [
        Bouquet("all", "All", "Everything.", ("search", "details", "write", "docs")),
        Bouquet("docs", "Docs", "Documentation.", ("docs",)),
        Bouquet("write", "Write", "Writing.", ("write",)),
        Bouquet("spaces", "Spaces", "Spaces.", ("search",)),
        Bouquet("machine", "Machine", "A machine.", ("machine",)),
        Bouquet("guide", "Guide", "A guide.", ("guide",)),
    ],
)

DEFAULT_SPACE = "acme/default"
RULES = Rules(disabled_tools=frozenset(), default_spaces=(DEFAULT_SPACE,), max_spaces=20)


def space(space_id, slot, *, is_private=False):
    return SavedSpace(space_id, slot, is_private, title="", emoji="")


def saved(*tools, spaces=(), include_images=True, urls_may_write=False):
    return Preferences(
        frozenset(tools),
        tuple(spaces),
        include_images,
        has_chosen_spaces=True,
        urls_may_write=urls_may_write,
    )


NEVER_CHOSE = Preferences(None, (), include_images=True)
WITH_LEAVE = saved("search", urls_may_write=True)


def select_for(query="", headers=(), *, preferences=None, signed_in=None, rules=RULES):
    overrides = read_overrides(make_head(query, headers))
    is_signed_in = preferences is not None if signed_in is None else signed_in
    return select(overrides, CATALOGUE, rules, preferences, is_signed_in=is_signed_in)


def tools_for(*args, **kwargs):
    return select_for(*args, **kwargs).tools


def spaces_for(*args, **kwargs):
    return [(choice.space_id, choice.prefix) for choice in select_for(*args, **kwargs).spaces]


def ids_for(*args, **kwargs):
    return [space_id for space_id, _ in spaces_for(*args, **kwargs)]


@pytest.mark.parametrize(
    ("query", "preferences", "tools"),
    [
        ("", None, ("whoami", "search", "details")),
        ("", NEVER_CHOSE, ("whoami", "search", "details")),
        ("", saved("docs"), ("whoami", "docs")),
        ("", saved(), ("whoami",)),
        ("", saved("docs", "gone_since"), ("whoami", "docs")),
        ("bouquet=docs", None, ("whoami", "docs")),
        ("bouquet=docs", saved("search", "write"), ("whoami", "docs")),
        ("bouquet=all", saved("docs"), ("whoami", "search", "details", "docs")),
        ("bouquet=all", saved("write"), ("whoami", "search", "details", "write", "docs")),
        ("bouquet=", saved("docs"), ("whoami", "docs")),
        ("mix=docs", None, ("whoami", "search", "details", "docs")),
        ("mix=docs", saved("write"), ("whoami", "write", "docs")),
        ("mix=docs,spaces", saved(), ("whoami", "search", "docs")),
        ("mix=docs&mix=spaces", saved(), ("whoami", "search", "docs")),
        ("mix= docs , docs ", saved(), ("whoami", "docs")),
        ("bouquet=docs&mix=write", saved("search"), ("whoami", "docs")),
        ("unknown=1", saved("docs"), ("whoami", "docs")),
    ],
)
def test_tools_are_those_of_the_bouquet_or_saved_and_mixed_or_default(query, preferences, tools):
    assert tools_for(query, preferences=preferences) == tools


def test_tools_keep_the_order_of_the_catalogue():
    one, other = saved("docs", "search"), saved("search", "docs")

    assert (
        tools_for(preferences=one) == tools_for(preferences=other) == ("whoami", "search", "docs")
    )


def test_nobody_gets_a_tool_that_needs_signing_in_without_it():
    assert "write" not in tools_for("bouquet=write")
    assert "write" not in tools_for("mix=write")
    assert "write" in tools_for("bouquet=write", preferences=WITH_LEAVE)


WRITERS = {"write", "machine", "machine_run"}


@pytest.mark.parametrize("preferences", [None, NEVER_CHOSE, saved(), saved("docs", "search")])
@pytest.mark.parametrize("name", ["bouquet", "mix"])
@pytest.mark.parametrize("preset", ["all", "write", "machine", "guide"])
def test_a_url_or_header_adds_nothing_that_writes_or_spends(preferences, name, preset):
    for asked in (
        {"query": f"{name}={preset}"},
        {"headers": [(f"X-MCP-{name}", preset)]},
        {"query": "bouquet=docs", "headers": [(f"X-MCP-{name}", preset)]},
    ):
        assert not WRITERS & {*tools_for(**asked, preferences=preferences, signed_in=True)}


@pytest.mark.parametrize(
    ("query", "preferences", "tools"),
    [
        ("bouquet=write", saved("write", "docs"), ("whoami", "write")),
        ("bouquet=machine", saved("machine"), ("whoami", "machine", "machine_run")),
        ("bouquet=machine", saved("machine_run"), ("whoami", "machine_run")),
        ("bouquet=guide", saved("write"), ("whoami", "write", "docs", "guide")),
        ("mix=machine", saved("write"), ("whoami", "write")),
    ],
)
def test_what_writes_or_spends_is_had_by_its_tick(query, preferences, tools):
    assert tools_for(query, preferences=preferences) == tools


@pytest.mark.parametrize(
    ("query", "tools"),
    [
        ("", ("whoami", "search")),
        ("bouquet=write", ("whoami", "write")),
        ("mix=machine", ("whoami", "search", "machine", "machine_run")),
    ],
)
def test_or_by_a_url_where_the_person_gave_leave(query, tools):
    assert tools_for(query, preferences=WITH_LEAVE) == tools


@pytest.mark.parametrize("query", ["", "bouquet=all", "mix=all", "bouquet=docs"])
@pytest.mark.parametrize("preferences", [None, saved("docs", "search")])
def test_a_tool_that_is_switched_off_is_in_no_selection(query, preferences):
    rules = Rules(frozenset({"docs", "whoami"}), (), 20)

    tools = tools_for(query, preferences=preferences, rules=rules)

    assert not {"docs", "whoami"} & set(tools)


@pytest.mark.parametrize(
    "name", ["__proto__", "constructor", "toString", "ALL", "a" * 5_000, "../all", "all;", "\x00"]
)
@pytest.mark.parametrize("parameter", ["bouquet", "mix"])
def test_a_bouquet_that_does_not_exist_is_refused_with_those_that_do(parameter, name):
    with pytest.raises(InvalidOverrides, match="Known: all, docs, write, spaces") as refused:
        select_for(f"{parameter}={name}")

    assert len(str(refused.value)) < 200


def test_several_bouquets_are_refused_with_a_word_on_mix():
    with pytest.raises(InvalidOverrides, match="mix"):
        select_for("bouquet=docs&bouquet=all")


@pytest.mark.parametrize(
    ("query", "preferences", "ids"),
    [
        ("", None, [DEFAULT_SPACE]),
        ("", NEVER_CHOSE, [DEFAULT_SPACE]),
        ("", saved("docs"), []),
        ("", saved(spaces=[space("a/b", 1)]), ["a/b"]),
        ("", Preferences(None, (space("a/b", 1),), True, has_chosen_spaces=True), ["a/b"]),
        ("", Preferences(frozenset({"docs"}), (), True), [DEFAULT_SPACE]),
        ("gradio=c/d", None, ["c/d", DEFAULT_SPACE]),
        ("gradio=c/d", saved(spaces=[space("a/b", 1)]), ["c/d", "a/b"]),
        ("gradio=c/d,e/f", saved(), ["c/d", "e/f"]),
        ("gradio=c/d&gradio=e/f", saved(), ["c/d", "e/f"]),
        ("gradio=c%2Fd", saved(), ["c/d"]),
        ("gradio=c/d,c/d,C/D", saved(), ["c/d"]),
        ("gradio=", saved(spaces=[space("a/b", 1)]), ["a/b"]),
        ("gradio=none", None, []),
        ("gradio=None", saved(spaces=[space("a/b", 1)]), []),
        ("bouquet=docs", saved(spaces=[space("a/b", 1)]), []),
        ("bouquet=docs&gradio=c/d", saved(spaces=[space("a/b", 1)]), ["c/d"]),
        ("bouquet=all", saved(spaces=[space("a/b", 1)]), ["a/b"]),
        ("bouquet=spaces", saved(spaces=[space("a/b", 1)]), ["a/b"]),
        ("bouquet=all&gradio=none", saved(spaces=[space("a/b", 1)]), []),
        ("mix=docs", saved(spaces=[space("a/b", 1)]), ["a/b"]),
    ],
)
def test_spaces_are_those_of_the_url_and_those_saved_or_the_default_ones(query, preferences, ids):
    assert ids_for(query, preferences=preferences) == ids


@pytest.mark.parametrize(
    "word",
    ["a", "a/b/c/d", "/b", "a/", "../b", "a/..", "a b/c", "a/b?x=1", "a/b#c", "http://x/y", "%00/b"]
    + ["a/" + "b" * 200, "ä/b", "none,a/b"],
)
def test_what_is_no_space_is_refused(word):
    with pytest.raises(InvalidOverrides, match="gradio"):
        select_for(f"gradio={word}")


def test_twenty_spaces_are_served_and_more_are_refused_with_the_limit():
    ids = [f"acme/space-{n}" for n in range(60)]

    assert ids_for("gradio=" + ",".join(ids[:20]), preferences=saved()) == ids[:20]
    with pytest.raises(InvalidOverrides, match="at most 20"):
        select_for("gradio=" + ",".join(ids), preferences=saved())


def test_a_url_with_far_too_many_parameters_is_refused_rather_than_half_read():
    with pytest.raises(InvalidOverrides):
        select_for("bouquet=docs&" + "&".join(f"p{n}" for n in range(1000)))


def test_a_saved_space_has_the_prefix_of_its_slot_however_it_is_asked_for():
    preferences = saved(spaces=[space("acme/one", 3), space("acme/two", 7, is_private=True)])

    assert spaces_for(preferences=preferences) == [("acme/one", "gr3_"), ("acme/two", "grp7_")]
    assert spaces_for("gradio=Acme/TWO", preferences=preferences) == [
        ("acme/two", "grp7_"),
        ("acme/one", "gr3_"),
    ]


def test_a_saved_space_that_is_asked_for_is_as_private_as_saved():
    preferences = saved(spaces=[space("acme/two", 7, is_private=True)])

    (choice,) = select_for("gradio=acme/two", preferences=preferences).spaces

    assert choice.is_private


def test_the_prefix_of_a_space_from_the_url_depends_on_nothing_but_its_id():
    alone = dict(spaces_for("gradio=acme/one", preferences=saved()))
    crowded = dict(
        spaces_for(
            "gradio=acme/zero,ACME/one,acme/two", preferences=saved(spaces=[space("x/y", 1)])
        )
    )

    assert alone["acme/one"] == crowded["ACME/one"]
    assert alone["acme/one"].startswith("grx")


def test_no_two_spaces_share_a_prefix_even_when_their_digests_begin_alike():
    ids = [f"acme/space-{n}" for n in range(3_000)]
    by_prefix = {}
    for space_id in ids:
        ((_, prefix),) = spaces_for(f"gradio={space_id}", preferences=saved())
        by_prefix.setdefault(prefix, []).append(space_id)
    rivals = next(same for same in by_prefix.values() if len(same) > 1)

    prefixes = [p for _, p in spaces_for("gradio=" + ",".join(rivals), preferences=saved())]

    assert len(set(prefixes)) == len(prefixes) == len(rivals)


@pytest.mark.parametrize(
    ("query", "preferences", "include_images"),
    [
        ("", None, True),
        ("", saved(include_images=False), False),
        ("no_image_content=true", None, False),
        ("no_image_content=1", None, False),
        ("no_image_content=YES", None, False),
        ("no_image_content", None, False),
        ("no_image_content=false", None, True),
        ("no_image_content=false", saved(include_images=False), False),
    ],
)
def test_images_are_left_out_for_those_who_want_none(query, preferences, include_images):
    assert select_for(query, preferences=preferences).include_images is include_images


@pytest.mark.parametrize(
    ("query", "must_sign_in"),
    [
        ("", False),
        ("login", True),
        ("login=", True),
        ("login=true", True),
        ("login=false", False),
        ("login=0", False),
        ("auth=no", False),
        ("login=false&auth", True),
        ("forceauth=false", False),
        ("forceauth=1", True),
        ("forceauth", False),
        ("logins=1", False),
    ],
)
def test_a_url_can_ask_for_a_credential(query, must_sign_in):
    assert read_overrides(make_head(query)).must_sign_in is must_sign_in


@pytest.mark.parametrize(
    "query", ["login=perhaps", "auth=2", "forceauth=x", "no_image_content=maybe"]
)
def test_what_is_neither_true_nor_false_is_refused(query):
    with pytest.raises(InvalidOverrides, match="takes true or false"):
        read_overrides(make_head(query))


def test_a_preset_that_does_not_exist_is_refused_beside_one_that_does():
    with pytest.raises(InvalidOverrides, match="nonsense"):
        select_for("bouquet=docs&mix=nonsense")


def test_a_header_stands_for_a_parameter_that_the_url_lacks():
    headers = [
        ("X-MCP-Bouquet", "docs"),
        ("X-MCP-Gradio", "c/d, e/f"),
        ("X-MCP-No-Image-Content", "true"),
    ]

    selection = select_for(headers=headers, preferences=saved("search"))

    assert selection.tools == ("whoami", "docs")
    assert [choice.space_id for choice in selection.spaces] == ["c/d", "e/f"]
    assert not selection.include_images
    assert tools_for(headers=[("X-MCP-Mix", "docs")], preferences=saved()) == ("whoami", "docs")
    assert read_overrides(make_head(headers=[("X-MCP-Force-Auth", "1")])).must_sign_in


def test_a_parameter_in_the_url_wins_over_its_header():
    headers = [("X-MCP-Bouquet", "all"), ("X-MCP-Gradio", "c/d")]

    selection = select_for("bouquet=docs&gradio=none", headers)

    assert selection.tools == ("whoami", "docs")
    assert selection.spaces == ()


def test_a_tool_brings_those_without_which_it_is_of_no_use():
    assert tools_for(preferences=saved("machine")) == ("whoami", "machine", "machine_run")
    assert tools_for(preferences=saved("machine_run")) == ("whoami", "machine_run")


def test_what_a_tool_brings_can_be_switched_off():
    rules = Rules(frozenset({"machine_run"}), default_spaces=(), max_spaces=20)

    assert tools_for(preferences=saved("machine"), rules=rules) == ("whoami", "machine")


def test_a_default_space_keeps_its_prefix_when_the_person_adds_another():
    adopted = SavedSpace(DEFAULT_SPACE, 1, False, title="", emoji="", was_default=True)

    (before,) = select_for(preferences=NEVER_CHOSE).spaces
    kept, added = select_for(
        preferences=saved("search", spaces=[adopted, space("acme/one", 2)])
    ).spaces

    assert replace(kept, agreement=None) == before
    assert added.prefix == "gr2_"
