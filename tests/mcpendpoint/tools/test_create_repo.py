import pytest

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.files import FileStore
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.definition import definition
from mcpendpoint.tools.registry import by_name
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.calling import call


@pytest.fixture
def me():
    """Somebody new: the token, and the name."""
    token = fresh_token()
    return token, token.removeprefix("hf_user_")


async def create(token, uri, **arguments):
    return await call("create_repo", token, uri=uri, **arguments)


async def refusal(token, uri, **arguments):
    with pytest.raises(ToolError) as caught:
        await create(token, uri, **arguments)
    return caught.value


async def details(token, repo_id, repo_type):
    called = await call("hub_repo_details", token, repo_ids=[repo_id], repo_type=repo_type)
    (repository,) = called.content["repositories"]
    return repository["matches"][0]["overview"] if repository["matches"] else None


@pytest.mark.parametrize("repo_type", ["model", "dataset", "space"])
async def test_a_repository_is_created_and_seen_at_once(hub_side, me, repo_type):
    token, name = me
    repo_id, prefix = f"{name}/notes", {"model": ""}.get(repo_type, f"{repo_type}s/")
    assert await details(token, repo_id, repo_type) is None

    called = await create(token, f"hf://{repo_type}s/{repo_id}")

    content = called.content
    assert content.pop("id")
    assert content.pop("sdk", None) == ("static" if repo_type == "space" else None)
    assert content == {
        "action": "created",
        "uri": f"hf://{repo_type}s/{repo_id}",
        "url": f"{hub_side.url}/{prefix}{repo_id}",
        "repo": repo_id,
        "repo_type": repo_type,
    }
    assert content["url"] in called.text
    assert await details(token, repo_id, repo_type) is not None


@pytest.mark.parametrize(("asked", "is_private"), [(True, True), (False, False), (None, False)])
async def test_visibility_is_what_was_asked_for(hub_side, me, asked, is_private):
    token, name = me
    await create(token, f"hf://models/{name}/notes", private=asked)

    assert (await details(token, f"{name}/notes", "model")).get("private", False) == is_private
    assert ((await details("hf_bob", f"{name}/notes", "model")) is None) == is_private


async def test_a_space_has_the_sdk_that_was_asked_for(hub_side, me):
    token, name = me

    called = await create(token, f"hf://spaces/{name}/demo", sdk="gradio")

    assert called.content["sdk"] == "gradio"
    assert (await details(token, f"{name}/demo", "space"))["sdk"] == "gradio"


async def test_a_bucket_is_created(hub_side, me):
    token, name = me

    called = await create(token, f"hf://buckets/{name}/things", private=True)

    assert called.content["repo_type"] == "bucket"
    assert called.content["url"] == f"{hub_side.url}/buckets/{name}/things"
    operations = [{"cmd": "stat", "args": [f"hf://buckets/{name}/things"]}]
    seen = await call("hf_fs", token, operations=operations)
    assert seen.content["results"][0]["result"]["private"]


@pytest.mark.parametrize(
    "source",
    ["hf://models/acme/tiny-llm", "hf://datasets/acme/squad", "hf://spaces/acme/image-maker"],
)
async def test_a_repository_is_duplicated_with_its_files(hub_side, me, source):
    token, name = me
    segment, source_id = source.removeprefix("hf://").split("/", 1)

    called = await create(token, f"hf://{segment}/{name}/copy", source_uri=source)

    assert called.content["action"] == "duplicated"
    assert called.content["source_uri"] == source
    assert called.content["source_repo"] == source_id
    assert source in called.text
    hub = HubClient(token)
    trees = [
        await FileStore(segment, repo).children(hub, "", recursive=True, cursor=None)
        for repo in (source_id, f"{name}/copy")
    ]
    paths = [[entry.path for entry in tree.items] for tree in trees]
    assert paths[0] == paths[1] != []


async def test_a_copy_can_be_more_private_than_its_source(hub_side, me):
    token, name = me
    uri = f"hf://models/{name}/copy"

    await create(token, uri, source_uri="hf://models/acme/tiny-llm", private=True)

    assert (await details(token, f"{name}/copy", "model"))["private"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"uri": "hf://models/acme"}, "not a namespace"),
        ({"uri": "hf://models/gpt2@main"}, "must not include a revision"),
        ({"uri": "hf://models/acme/a@main"}, "must not include a revision"),
        ({"uri": "hf://models/acme/a/README.md"}, "not a file path"),
        ({"uri": "hf://papers/2401.00001"}, "models|datasets|spaces|buckets"),
        ({"uri": "hf://kernels/acme/a"}, "Invalid URI type"),
        ({"uri": "s3://acme/a"}, "must start with hf://"),
        ({"uri": "hf://models/acme/..%2Fa"}, "cannot be part"),
        ({"uri": "hf://models/acme/a", "sdk": "docker"}, "only valid when creating a Space"),
        (
            {"uri": "hf://spaces/a/b", "source_uri": "hf://spaces/c/d", "sdk": "docker"},
            "a copy keeps its source's",
        ),
        (
            {"uri": "hf://models/a/b", "source_uri": "hf://datasets/c/d"},
            "source_uri type (dataset) must match uri type (model)",
        ),
        (
            {"uri": "hf://buckets/a/b", "source_uri": "hf://buckets/c/d"},
            "Duplicating buckets is not supported",
        ),
        ({"uri": "hf://models/a/b", "source_uri": "hf://models/c"}, "source_uri must point"),
    ],
)
async def test_what_makes_no_sense_is_refused_before_the_hub_is_asked(hub_side, arguments, reason):
    assert reason in str(await refusal("hf_alice", **arguments))
    assert hub_side.asked() == []


async def test_what_exists_is_said_to_exist(hub_side, me):
    token, name = me
    await create(token, f"hf://models/{name}/notes")

    error = await refusal(token, f"hf://models/{name}/notes")

    assert "already created this model repo" in str(error)
    assert "choose another name" in str(error)
    assert not error.is_retryable


async def test_another_s_namespace_is_refused_with_what_to_do(hub_side, me):
    error = str(await refusal(me[0], "hf://datasets/acme/mine"))

    assert 'rights to create a dataset under the namespace "acme"' in error
    assert "Is `acme` this account, or an organization it may write to?" in error
    assert "/settings/" in error


async def test_a_token_that_only_reads_is_refused_with_what_to_do(hub_side):
    error = str(await refusal("hf_bob", "hf://models/bob/mine"))

    assert "permissions do not allow it" in error
    assert "/settings/" in error


async def test_a_source_that_is_not_there_is_named(hub_side, me):
    token, name = me
    target, source = f"hf://models/{name}/copy", "hf://models/acme/nothing"

    assert "Model `acme/nothing` was not found" in str(
        await refusal(token, target, source_uri=source)
    )


async def test_what_has_to_be_paid_for_is_said(hub_side, me):
    words = '{"error": "Subscribe to PRO to create gradio Spaces"}'
    hub_side.break_at("^/api/repos/create", status=402, body=words)

    error = str(await refusal(me[0], f"hf://spaces/{me[1]}/a", sdk="gradio"))

    assert "Subscribe to PRO" in error
    assert "/settings/billing" in error


FAULTS = [
    ({"status": 401}, "refused the token", False),
    ({"status": 403}, "permissions do not allow it", False),
    ({"status": 404}, "was not found", False),
    ({"status": 409}, "exists already", False),
    ({"status": 412}, "refused", False),
    ({"status": 422}, "refused", False),
    ({"status": 429}, "asked too often", True),
    ({"status": 500}, "has a problem", True),
    ({"status": 503, "body": "<html><title>Busy</title>"}, "has a problem", True),
    ({"status": 502}, "may have been done", False),
    ({"status": 504}, "may have been done", False),
    ({"status": 200, "body": "{}"}, "may have been done", False),
    ({"status": 200, "body": "<html>"}, "may have been done", False),
    ({"status": 200, "body": '{"url": "javascript:alert(1)"}'}, "may have been done", False),
    ({"cut": True}, "may have been done", False),
]
ROUTES = {
    "^/api/repos/create": {"uri": "hf://models/{}/a"},
    "^/api/buckets/.": {"uri": "hf://buckets/{}/a"},
    "/duplicate": {"uri": "hf://models/{}/a", "source_uri": "hf://models/acme/tiny-llm"},
}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("fault", "words", "is_retryable"), FAULTS)
async def test_whatever_goes_wrong_is_told_and_nothing_is_sent_twice(
    hub_side, me, route, fault, words, is_retryable
):
    token, name = me
    hub_side.break_at(route, **fault)

    error = await refusal(token, **{k: v.format(name) for k, v in ROUTES[route].items()})

    assert words in str(error)
    assert error.is_retryable == is_retryable
    assert len(hub_side.asked(route)) == 1


def test_clients_are_told_that_it_writes_and_destroys_nothing():
    tool = by_name["create_repo"]
    told = definition(tool).annotations

    assert (told.read_only_hint, told.destructive_hint, told.idempotent_hint) == (0, 0, 0)
    assert not tool.is_default
    assert tool.needs_sign_in
