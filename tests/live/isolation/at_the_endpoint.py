"""What people do with an assistant, each time with what should come of it.

The ledger notices leaks besides.
"""

import re

import httpx

from accounts.catalogue import catalogue
from accounts.space_prefixes import url_space_prefix
from tests.live.isolation.tenant import READERS, Tenant, Visitor, new_word
from tests.live.listening import Listener
from tests.mcpendpoint.wire import BOTH, LEGACY, Json, Wire, initialize, message_of, request

PUBLIC_SPACE = "acme/image-maker"
SEARCH: Json = {"query": "vault", "repo_types": ["model", "dataset"], "limit": 100}


def everything(who: Visitor) -> Wire:
    """Connect with every tool of ours, whatever was selected."""
    return who.wire(who.own_path("?bouquet=all&gradio=none"))


def list_tools(me: Tenant, others: list[Tenant]) -> None:
    worker = me.worker
    names = me.wire(me.own_path(), worker).tools()
    without_spaces = me.wire(me.own_path("?gradio=none"), worker).tools()

    assert "hf_whoami" in names
    for listed in (names, without_spaces):
        tools = frozenset(listed) & frozenset(READERS)
        if worker == me.saved.worker:
            assert tools == me.saved.now
        else:  # which may not have heard yet of what was saved last
            assert tools in {*me.saved.choices, default_tools()}
    assert "grp1_whoami" in names or worker != me.saved.worker
    assert not [name for name in names if name.startswith("gr") and not name.startswith("grp1_")]


def default_tools() -> frozenset[str]:
    return frozenset(catalogue.default_tools) & frozenset(READERS)


def ask_who_one_is(me: Tenant, others: list[Tenant]) -> None:
    answer = me.call(me.wire(me.own_path()), "hf_whoami")

    assert me.name in str(answer["result"]["structuredContent"])


def ask_in_a_batch(me: Tenant, others: list[Tenant]) -> None:
    batch = [
        request("tools/list", request_id="list"),
        request("tools/call", {"name": "hf_whoami"}, "me"),
        request("tools/call", {"name": others[0].has.bucket}, "nonsense"),
    ]
    answers = {answer["id"]: answer for answer in me.wire(me.own_path()).post(batch).json()}

    assert "hf_whoami" in str(answers["list"]["result"]["tools"][0])
    assert me.name in str(answers["me"]["result"])
    assert answers["nonsense"]["error"]["data"]["reason"] == "unknown"


def search(me: Tenant, others: list[Tenant]) -> None:
    assert ids_in(me.call(everything(me), "hub_repo_search", SEARCH)) == [[me.repo_id]] * 2


def ids_in(answer: Json) -> list[list[str]]:
    groups = answer["result"]["structuredContent"]["groups"]
    return [[repo["id"] for repo in group["results"]] for group in groups]


def look_at_own_repo(me: Tenant, others: list[Tenant]) -> None:
    answer = me.call(everything(me), "hub_repo_details", details_of(me))

    assert me.has.inside in str(answer["result"]["structuredContent"])


def look_at_repo_of_another(me: Tenant, others: list[Tenant]) -> None:
    answer = me.call(everything(me), "hub_repo_details", details_of(me.rng.choice(others)))

    assert answer["result"]["isError"]


def details_of(tenant: Tenant) -> Json:
    return {"repo_ids": [tenant.repo_id], "repo_type": "model", "include_readme": True}


def read_files(me: Tenant, others: list[Tenant]) -> None:
    other = me.rng.choice(others)
    lines = [
        ["cat", f"hf://models/{me.repo_id}/README.md"],
        ["ls", f"hf://models/{me.name}"],
        ["ls", f"hf://buckets/{me.name}"],
        ["cat", f"hf://models/{other.repo_id}/README.md"],
        ["cat", f"hf://spaces/{other.space_id}/app.py"],
        ["ls", f"hf://models/{other.name}"],
        ["ls", f"hf://buckets/{other.name}"],
        ["search", "hf://models", "vault"],
    ]
    operations = [{"cmd": command, "args": args} for command, *args in lines]
    answer = me.call(everything(me), "hf_fs", {"operations": operations})

    items = answer["result"]["structuredContent"]["results"]
    own, models, buckets, file, app, *_, found = items
    assert me.has.inside in str(own)
    assert me.has.repo in str(models) and me.has.repo in str(found)
    assert me.has.bucket in str(buckets)
    assert file["status"] == app["status"] == "error"


def run_jobs(me: Tenant, others: list[Tenant]) -> None:
    args = {"command": ["echo", me.has.inside], "labels": {"of": me.has.inside}, "detach": True}
    started = jobs(me, "run", args)["structuredContent"]["outcome"]["job"]
    me.job_ids.append(started["id"])
    other = me.rng.choice(others)

    assert me.has.inside in str(jobs(me, "ps", {"all": True}))
    for foreign in (*other.job_ids, "0123456789abcdef01234567"):
        about = {"job_id": foreign, "namespace": other.name}
        for operation in ("inspect", "logs", "cancel"):
            assert jobs(me, operation, about)["isError"]


def jobs(me: Tenant, operation: str, args: Json) -> Json:
    return me.call(with_all_rights(me), "hf_jobs", {"operation": operation, "args": args})["result"]


def with_all_rights(me: Tenant) -> Wire:
    """Connect with the token of Hugging Face, which may do more here than keys and apps."""
    path = me.own_path("?bouquet=all&gradio=none")
    return Wire(f"{me.worker}{path}", me.person.token, me.http)


def try_to_change_what_another_has(me: Tenant, others: list[Tenant]) -> None:
    other = me.rng.choice(others)
    readme = f"hf://models/{other.repo_id}/README.md"
    note = f"hf://buckets/{other.name}/{other.has.bucket}/note.txt"

    for uri in (readme, note):
        change = {"cmd": "put", "args": [uri], "content": me.has.inside}
        assert me.call(with_all_rights(me), "hf_fs_write", change)["result"]["isError"]


def approve_a_call(me: Tenant, others: list[Tenant]) -> None:
    word = new_word("wanted")
    me.ledger.note(me.name, word)
    readme, content = f"hf://models/{me.repo_id}/README.md", f"# Private\n\n{me.has.inside} {word}"
    change = {"cmd": "put", "args": [readme], "content": content}
    asked = me.call(with_all_rights(me), "hf_fs_write", change)["result"]
    path = re.search(r"/approvals/[\w-]+/", asked["content"][0]["text"])[0]
    me.ledger.note(me.name, path)
    me.approvals.append(path)

    for foreign in me.rng.choice(others).approvals:
        assert me.visit(foreign).status_code == 404
        assert me.submit(foreign, {"decision": "approve"}).status_code == 404
    assert word in me.visit(path).text
    me.submit(path, {"decision": "approve"})
    made = me.call(with_all_rights(me), "hf_fs_write", change)["result"]
    assert not made.get("isError", False), made


def refuse_what_waits(me: Tenant, others: list[Tenant]) -> None:
    """Which refuses nothing of anybody else: theirs go on in `approve_a_call`."""
    content = f"# Private\n\n{me.has.inside} {new_word('unwanted')}"
    change = {"cmd": "put", "args": [f"hf://models/{me.repo_id}/README.md"], "content": content}
    asked = str(me.call(with_all_rights(me), "hf_fs_write", change)["result"])
    own = re.search(r"/approvals/([\w-]+)/", asked)[1]
    foreign = [path.split("/")[2] for other in others for path in other.approvals]

    me.submit("/approvals/refuse-all/", {"id": [own, *foreign]})

    refused = me.call(with_all_rights(me), "hf_fs_write", change)["result"]
    assert "the person refused it" in str(refused)


def resume_a_call(me: Tenant, others: list[Tenant]) -> None:
    wire = with_all_rights(me)
    session = wire.post(initialize()).headers["Mcp-Session-Id"]
    operations = [{"cmd": "cat", "args": [f"hf://models/{me.repo_id}/README.md"]}]
    params = {
        "name": "hf_fs",
        "arguments": {"operations": operations},
        "_meta": {"progressToken": 1},
    }
    headers = {"Accept": BOTH, "MCP-Protocol-Version": LEGACY, "Mcp-Session-Id": session}
    called = wire.post(request("tools/call", params), headers)
    event_id = re.search(r"^id: (call\.\S+\.0)\s", called.text, re.MULTILINE)[1]
    me.ledger.note(me.name, session, event_id)
    me.calls.append((session, event_id))

    for foreign in me.rng.choice(others).calls:
        assert resume(me, *foreign).status_code == 404
        assert resume(me, session, foreign[1]).status_code == 400
    assert me.has.inside in resume(me, session, event_id).text


def resume(me: Tenant, session: str, event_id: str) -> httpx.Response:
    wire = with_all_rights(me)
    headers = {
        **wire.headers,
        "Accept": "text/event-stream",
        "MCP-Protocol-Version": LEGACY,
        "Mcp-Session-Id": session,
        "Last-Event-ID": event_id,
    }
    return me.http.get(wire.url, headers=headers)


def talk_on_a_stream(me: Tenant, others: list[Tenant]) -> None:
    for foreign in me.rng.choice(others).sse_addresses:
        assert say(me, foreign, request("tools/call", {"name": "hf_whoami"})) in (403, 404)
    for path in ("/sse", f"/u/{me.name}/sse"):
        _talk(me, f"{path}?gradio=none")


def _talk(me: Tenant, path: str) -> None:
    headers = {"Authorization": f"Bearer {me.person.token}", "Accept": "text/event-stream"}
    stream = Listener().open("GET", f"{me.worker}{path}", headers=headers)
    me.streams.append(stream)
    address = stream.first_lines[-1].removeprefix("data: ")
    me.ledger.note(me.name, address)
    me.sse_addresses.append(address)

    assert say(me, address, initialize("2024-11-05")) == 202
    stream.next()
    assert say(me, address, request("tools/call", {"name": "hf_whoami"})) == 202
    told = str(stream.next())
    me.ledger.look(me.name, told, place=path)
    assert me.name in told


def say(me: Tenant, address: str, body: Json) -> int:
    return Wire(f"{me.worker}{address}", me.person.token, me.http).post(body).status_code


def run_own_space(me: Tenant, others: list[Tenant]) -> None:
    answer = me.call(me.wire(me.own_path(), me.saved.worker), "grp1_whoami")

    assert me.person.hf_id in str(answer["result"]["content"])


def run_a_space_of_all(me: Tenant, others: list[Tenant]) -> None:
    tool = f"{url_space_prefix(PUBLIC_SPACE)}whoami"
    answer = me.call(me.wire(f"{me.own_path()}?gradio={PUBLIC_SPACE}"), tool)

    assert me.person.hf_id in str(answer["result"]["content"])


def try_space_of_another(me: Tenant, others: list[Tenant]) -> None:
    space = me.rng.choice(others).space_id
    wire = me.wire(f"{me.own_path()}?bouquet=search&gradio={space}")

    listed = wire.legacy("tools/list").json()
    answer = me.call(wire, f"{url_space_prefix(space)}whoami")

    assert listed["error"]["data"]["spaces"] == [space]
    assert answer["result"]["isError"]


def try_address_of_another(me: Tenant, others: list[Tenant]) -> None:
    answer = me.wire(f"/u/{me.rng.choice(others).name}/mcp").post(request("tools/list"))

    assert answer.status_code == 403


def read_resources(me: Tenant, others: list[Tenant]) -> None:
    other, wire = me.rng.choice(others), me.wire(me.own_path())

    read = read_resource(wire, f"hf://models/{me.repo_id}/README.md")
    assert me.has.inside in str(read), read
    assert me.has.repo in str(read_resource(wire, f"hf://datasets/{me.repo_id}"))
    assert "error" in read_resource(wire, f"hf://models/{other.repo_id}/README.md")
    assert "error" in read_resource(wire, f"hf://spaces/{other.space_id}")


def use_other_parts_of_spaces(me: Tenant, others: list[Tenant]) -> None:
    """Their Space has neither, so whoever gets something gets another's."""
    wire = me.wire(me.own_path())

    for method, kind in (("prompts/list", "prompts"), ("resources/list", "resources")):
        listed = message_of(wire.legacy(method))["result"][kind]
        assert not any("hfmcp/source" in entry.get("_meta", {}) for entry in listed)
    assert "error" in read_resource(wire, "grp1+text://motto")
    assert "error" in read_resource(wire, "ui://grp1/widget/app.html")
    assert "error" in message_of(wire.legacy("prompts/get", {"name": "grp1_explain"}))


def read_resource(wire: Wire, uri: str) -> Json:
    return message_of(wire.legacy("resources/read", {"uri": uri}))


def get_prompts(me: Tenant, others: list[Tenant]) -> None:
    own, foreign = (
        message_of(me.wire(me.own_path()).legacy("prompts/get", prompt_about(tenant.repo_id)))
        for tenant in (me, me.rng.choice(others))
    )

    assert me.has.inside in str(own["result"])
    assert "error" in foreign


def prompt_about(repo_id: str) -> Json:
    return {"name": "model-details", "arguments": {"model_id": repo_id}}


def complete_names(me: Tenant, others: list[Tenant]) -> None:
    wire = me.wire(me.own_path())

    assert complete(wire, "owner", me.name[:-1], {}) == [me.name]
    assert complete(wire, "owner", me.rng.choice(others).name, {}) == []
    assert complete(wire, "name", "vault", {"owner": me.name}) == [me.has.repo]
    assert complete(wire, "name", "", {"owner": me.rng.choice(others).name}) == []


def complete(wire: Wire, name: str, typed: str, known: dict[str, str]) -> list[str]:
    params = {
        "ref": {"type": "ref/resource", "uri": "hf://models/{owner}/{name}"},
        "argument": {"name": name, "value": typed},
        "context": {"arguments": known},
    }
    return message_of(wire.legacy("completion/complete", params))["result"]["completion"]["values"]


def keep_files(me: Tenant, others: list[Tenant]) -> None:
    word = new_word("kept")
    kept = me.call(everything(me), "upload_file", {"text": f"{word}", "name": "kept.txt"})["result"]
    handle = kept["structuredContent"]["handle"]
    me.ledger.note(me.name, word, handle.split("/")[2])
    me.files.append(handle)

    assert word in str(read_resource(me.wire(me.own_path()), handle))
    for foreign in me.rng.choice(others).files:
        assert "error" in read_resource(me.wire(me.own_path()), foreign)


def ask_for_all_else(me: Tenant, others: list[Tenant]) -> None:
    wire = me.wire(me.own_path())
    session = wire.post(initialize()).headers.get("Mcp-Session-Id")
    methods = ["ping", "resources/list", "resources/templates/list", "prompts/list", "logging/x"]

    for method in methods:
        answer = wire.post(request(method), {"Mcp-Session-Id": session} if session else {})
        assert answer.status_code == 200


def be_nobody(who: Visitor, others: list[Tenant]) -> None:
    other, wire = who.rng.choice(others), everything(who)
    searched = who.call(wire, "hub_repo_search", SEARCH)

    assert not [name for name in wire.tools() if name.startswith("gr")]
    assert who.call(wire, "hf_whoami")["result"]["structuredContent"].get("account") is None
    assert not any(ids_in(searched))
    assert who.call(wire, "hub_repo_details", details_of(other))["result"]["isError"]
    assert "error" in read_resource(wire, f"hf://models/{other.repo_id}/README.md")
    assert who.wire(f"/u/{other.name}/mcp").post(request("tools/list")).status_code == 401
