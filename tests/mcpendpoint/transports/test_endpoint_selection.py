"""What a caller selected is what they can list and call, no more and no less."""

import pytest
from mcp_types import INVALID_PARAMS

from accounts.space_prefixes import url_space_prefix
from tests.live.people import post_form
from tests.mcpendpoint.conftest import save_tools
from tests.mcpendpoint.wire import Wire, message_of

SEARCH, DETAILS, WHOAMI = "hub_repo_search", "hub_repo_details", "hf_whoami"
WRITERS = {"create_repo", "hf_fs_write", "hf_jobs", "hf_sandbox", "hf_sandbox_exec"}
MAKER, BROKEN = "acme/image-maker", "acme/broken"


def denial_of(wire, tool):
    error = wire.call(tool)["error"]
    assert error["code"] == INVALID_PARAMS
    return error


def add_space(client, space_id):
    assert post_form(client, "/settings/spaces/add/", {"space_id": space_id}).status_code == 200


def remove_space(client, space_id):
    assert post_form(client, "/settings/spaces/remove/", {"space_id": space_id}).status_code == 200


def test_a_saved_selection_is_in_the_very_next_list(settled_user, wire_of):
    person, client = settled_user(SEARCH)
    wire = wire_of("/mcp", person.token)

    for tools in ([SEARCH], [DETAILS], [], [SEARCH, DETAILS]):
        save_tools(client, *tools)

        assert wire.tools() == [WHOAMI, *tools]


def test_a_tool_that_was_deselected_cannot_be_called(settled_user, wire_of):
    person, client = settled_user(SEARCH)
    wire = wire_of("/mcp", person.token)
    assert "result" in wire.call(SEARCH, {"query": "bert"})

    save_tools(client, DETAILS)

    error = denial_of(wire, SEARCH)
    assert error["data"]["reason"] == "not_selected"
    assert SEARCH in error["message"]
    assert "/settings/" in error["data"]["settings"]


def test_a_denial_is_an_error_of_status_400_in_the_modern_era(settled_user, wire_of):
    person, _ = settled_user(DETAILS)

    answer = wire_of("/mcp", person.token).modern("tools/call", {"name": SEARCH, "arguments": {}})

    assert answer.status_code == 400
    assert answer.json()["error"]["data"]["reason"] == "not_selected"


def test_a_bouquet_binds_calls_too(wire_of):
    wire = wire_of("/mcp?bouquet=search")

    assert "result" in wire.call(SEARCH, {"query": "bert"})
    assert denial_of(wire, DETAILS)["data"]["reason"] == "not_selected"


def test_a_mix_adds_to_what_is_saved(settled_user, wire_of):
    person, _ = settled_user(DETAILS)

    tools = wire_of("/mcp?mix=search", person.token).tools()

    assert tools == [WHOAMI, SEARCH, DETAILS, "hf_fs"]


@pytest.mark.parametrize("query", ["?bouquet=all", "?bouquet=jobs", "?mix=write,jobs,sandbox", ""])
@pytest.mark.parametrize("is_known", [True, False])
def test_what_writes_is_not_there_by_a_url_alone(settled_user, new_user, wire_of, query, is_known):
    person = settled_user(SEARCH)[0] if is_known else new_user()
    wire = wire_of(f"/mcp{query}", person.token)
    if not query:
        wire.headers["X-MCP-Mix"] = "write,jobs,sandbox"

    assert not {*wire.tools()} & WRITERS
    for tool in WRITERS:
        error = denial_of(wire, tool)
        assert error["data"]["reason"] == "not_selected"
        assert f"{tool} is not selected" in error["message"]
        assert "writes or spends" in error["message"]
        assert "/settings/" in error["message"]


def test_what_writes_is_there_by_a_url_where_the_person_lets_urls(new_writer, wire_of):
    person = new_writer()

    assert {*wire_of("/mcp?mix=write,jobs,sandbox", person.token).tools()} >= WRITERS
    assert not WRITERS & {*wire_of("/mcp", person.token).tools()}


@pytest.mark.parametrize("name", ["no_such_tool", "__proto__", "", "x" * 10_000, "hf_whoami\x00"])
def test_a_tool_that_does_not_exist_is_unknown(wire, name):
    error = denial_of(wire, name)

    assert error["data"]["reason"] == "unknown"
    assert len(error["message"]) < 300


def test_a_tool_of_a_space_that_is_not_selected_is_not_selected(wire):
    for name in ("gr1_greet", "grp2_greet", "grx1a2b_greet"):
        assert denial_of(wire, name)["data"]["reason"] == "not_selected"


def test_a_tool_that_is_switched_off_says_so(make_product):
    wire = Wire(make_product(DISABLE_TOOLS=SEARCH).url + "/mcp?bouquet=all&gradio=none")

    assert SEARCH not in wire.tools()
    assert denial_of(wire, SEARCH)["data"]["reason"] == "disabled"


@pytest.mark.parametrize("bouquet", ["__proto__", "constructor", "nope"])
def test_a_bouquet_that_does_not_exist_is_refused_with_those_that_do(wire_of, bouquet):
    answer = wire_of(f"/mcp?bouquet={bouquet}").legacy("tools/list")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == INVALID_PARAMS
    assert "search" in answer.json()["error"]["message"]


def test_sixty_spaces_are_refused_with_the_limit_and_nobody_is_asked(wire_of):
    spaces = ",".join(f"acme/space-{n}" for n in range(60))

    answer = wire_of(f"/mcp?gradio={spaces}").legacy("tools/list")

    assert answer.status_code == 400
    assert "20" in answer.json()["error"]["message"]


def test_a_space_of_the_url_is_listed_and_called(space, wire_of):
    wire = wire_of(f"/mcp?gradio={MAKER}")
    (greet,) = [name for name in wire.tools() if name.endswith("_greet")]

    result = wire.call(greet, {"name": "Ada"})["result"]

    assert greet.startswith("grx")
    assert "Hello, Ada" in str(result["content"])


def test_a_saved_space_keeps_its_names_when_others_come_go_and_fail(space, settled_user, wire_of):
    person, client = settled_user()
    wire = wire_of("/mcp", person.token)
    add_space(client, BROKEN)
    add_space(client, MAKER)
    names = [name for name in wire.tools() if name.startswith("gr2_")]
    assert "gr2_greet" in names

    remove_space(client, BROKEN)
    assert [name for name in wire.tools() if name.startswith("gr")] == names

    remove_space(client, MAKER)
    assert denial_of(wire, "gr2_greet")["data"]["reason"] == "not_selected"

    add_space(client, MAKER)
    assert [name for name in wire.tools() if name.startswith("gr")] == names


def test_one_tool_of_a_space_is_listed_and_called_and_no_other(space, wire_of):
    names = wire_of(f"/mcp?gradio={MAKER}").tools()
    greet, fail = (
        next(name for name in names if name.endswith(ending)) for ending in ("_greet", "_fail")
    )
    own_name = greet.partition("_")[2]

    wire = wire_of(f"/mcp?gradio={MAKER}:{own_name}")

    assert [name for name in wire.tools() if name.startswith("grx")] == [greet]
    assert "Hello" in str(wire.call(greet, {"name": "Ada"})["result"])
    refused = wire.call(fail)["result"]
    assert refused["isError"]
    assert "not among the tools" in refused["content"][0]["text"]


def test_a_space_that_fails_hides_no_tool_of_another(space, wire_of):
    alone = wire_of(f"/mcp?gradio={MAKER}").tools()
    spaces = f"{BROKEN},acme/asleep,acme/bad-schema,acme/no-such-space,{MAKER}"

    assert set(alone) <= set(wire_of(f"/mcp?gradio={spaces}").tools())


def test_a_call_at_a_space_that_fails_says_why(space, settled_user, wire_of):
    person, client = settled_user()
    add_space(client, BROKEN)

    result = wire_of("/mcp", person.token).call("gr1_greet")["result"]

    assert result["isError"]
    assert BROKEN in str(result["content"])


def test_a_private_space_is_for_those_who_may_see_it(space, wire_of):
    path = "/mcp?gradio=alice/private-space"

    names = wire_of(path, "hf_alice").tools()
    (whoami,) = [name for name in names if name.startswith("grx") and name.endswith("_whoami")]
    for token in ("hf_bob", None):
        error = wire_of(path, token).legacy("tools/list").json()["error"]
        result = wire_of(path, token).call(whoami)["result"]

        assert error["data"] == {"reason": "space_not_found", "spaces": ["alice/private-space"]}
        assert result["isError"] and "does not exist" in str(result["content"])


@pytest.mark.parametrize("as_header", [False, True])
def test_names_of_no_space_at_all_are_an_error_that_tells_them(space, wire_of, as_header):
    names = "Acme/no-such-space,nobody/nothing"
    wire = wire_of("/mcp" if as_header else f"/mcp?gradio={names}")
    wire.headers |= {"X-MCP-Gradio": names} if as_header else {}

    for _ in range(2):
        for answer in (wire.legacy("tools/list"), wire.modern("tools/list")):
            error = answer.json()["error"]
            assert error["code"] == INVALID_PARAMS
            assert error["data"]["spaces"] == names.split(",")
            assert "Acme/no-such-space, nobody/nothing" in error["message"]
    assert "result" in wire.call(SEARCH, {"query": "bert"})
    result = wire.call(f"{url_space_prefix('nobody/nothing')}greet")["result"]
    assert result["isError"] and "nobody/nothing does not exist" in str(result["content"])


def test_a_space_that_is_there_but_fails_is_no_wrong_name(space, wire_of):
    for names in (BROKEN, f"{BROKEN},nobody/nothing", f"{MAKER},nobody/nothing", "acme/asleep"):
        assert WHOAMI in wire_of(f"/mcp?gradio={names}").tools()
    assert WHOAMI in wire_of("/mcp?gradio=none").tools()


def test_images_of_a_space_are_left_out_for_those_who_want_none(space, wire_of):
    with_images = wire_of(f"/mcp?gradio={MAKER}")
    without = wire_of(f"/mcp?gradio={MAKER}&no_image_content")
    (draw,) = [name for name in without.tools() if name.endswith("_make_image")]

    def kinds(wire):
        result = wire.call(draw, {"prompt": "a cat"})["result"]
        return [block["type"] for block in result["content"]]

    assert "image" in kinds(with_images)
    assert "image" not in kinds(without)


def test_arguments_of_the_wrong_kind_are_explained_to_the_assistant(wire):
    result = message_of(
        wire.legacy("tools/call", {"name": SEARCH, "arguments": {"limit": "many", "extra": 1}})
    )["result"]

    assert result["isError"]
    assert "limit" in result["content"][0]["text"]
    assert "extra" in result["content"][0]["text"]
