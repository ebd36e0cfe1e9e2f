"""The stand-in Hub is honest: the public client of the Hub works with it, unchanged."""

from pathlib import Path

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.standins.serve import Running


def test_knows_whose_token_it_is(alice: HfApi):
    me = alice.whoami()

    assert (me["name"], me["isPro"]) == ("alice", True)
    assert [org["name"] for org in me["orgs"]] == ["acme", "zuerich-nlp"]
    assert me["auth"]["accessToken"]["role"] == "write"


@pytest.mark.parametrize("token", ["hf_user_somebody", "hf_oauth_somebody_1a2b3c"])
def test_knows_anybody(hub: Running, token: str):
    assert HfApi(endpoint=hub.url, token=token).whoami()["name"] == "somebody"


@pytest.mark.parametrize("token", ["hf_expired", "hf_nonsense"])
def test_refuses_a_bad_token(hub: Running, token: str):
    api = HfApi(endpoint=hub.url, token=token)

    for ask in (api.whoami, lambda: api.model_info("acme/tiny-llm")):
        with pytest.raises(HfHubHTTPError) as refusal:
            ask()
        assert refusal.value.response.status_code == 401


def test_describes_a_model(anonymous: HfApi):
    model = anonymous.model_info("acme/tiny-llm", files_metadata=True)

    weights = next(file for file in model.siblings if file.rfilename == "model.safetensors")
    assert (model.pipeline_tag, model.library_name, model.gated) == (
        "text-generation",
        "transformers",
        False,
    )
    assert model.card_data.base_model == "HuggingFaceTB/SmolLM2-135M"
    assert model.safetensors.total == 7_000_000
    assert model.created_at < model.last_modified
    assert weights.lfs.size == weights.size == 30


def test_expands_only_what_was_asked_for(anonymous: HfApi):
    model = anonymous.model_info(
        "acme/tiny-llm", expand=["downloadsAllTime", "inferenceProviderMapping"]
    )

    providers = {item.provider: item.status for item in model.inference_provider_mapping}
    assert model.downloads_all_time == 1_234_567
    assert providers == {"novita": "live", "together": "staging"}
    assert model.likes is None and model.siblings is None


def test_describes_a_dataset_at_a_revision(anonymous: HfApi):
    dataset = anonymous.dataset_info("acme/squad", revision="main")

    assert dataset.card_data.task_categories == ["question-answering"]
    assert "language:en" in dataset.tags


@pytest.mark.parametrize(
    ("space", "stage"),
    [
        ("acme/image-maker", "RUNNING"),
        ("acme/asleep", "SLEEPING"),
        ("acme/broken", "RUNTIME_ERROR"),
    ],
)
def test_describes_a_space(anonymous: HfApi, space: str, stage: str):
    info = anonymous.space_info(space)

    assert info.subdomain == space.replace("/", "-")
    assert info.runtime.stage == anonymous.get_space_runtime(space).stage == stage


def test_follows_a_repository_to_its_new_name(anonymous: HfApi):
    assert anonymous.model_info("gpt2").id == "openai-community/gpt2"


def test_lists_models_over_several_pages(anonymous: HfApi):
    models = list(anonymous.list_models(sort="downloads"))

    downloads = [model.downloads for model in models]
    assert len({model.id for model in models}) == len(models) > 60
    assert downloads == sorted(downloads, reverse=True)


def test_filters_lists(anonymous: HfApi):
    by_tags = anonymous.list_models(filter=["automatic-speech-recognition", "en"])
    by_author = anonymous.list_datasets(author="acme", search="squad")
    by_name = anonymous.list_spaces(search="maker", author="acme", filter="mcp-server")

    assert {model.pipeline_tag for model in by_tags} == {"automatic-speech-recognition"}
    assert [dataset.id for dataset in by_author] == ["acme/squad"]
    assert [space.id for space in by_name] == ["acme/image-maker"]


def test_lists_private_repositories_to_their_owner_only(alice: HfApi, bob: HfApi, anonymous: HfApi):
    listed = [
        {space.id for space in api.list_spaces(author="alice")} for api in (alice, bob, anonymous)
    ]

    assert listed == [{"alice/private-space"}, set(), set()]


def test_finds_spaces_by_what_they_do(anonymous: HfApi):
    running = list(anonymous.search_spaces("generate an image from text", filter="mcp-server"))
    asleep = anonymous.search_spaces("sleeping", include_non_running=True)

    assert running[0].ai_category == "Image Generation"
    assert "acme/image-maker" in [space.id for space in running]
    assert [space.id for space in asleep] == ["acme/asleep"]
    assert list(anonymous.search_spaces("sleeping")) == []


def test_lists_a_tree_over_several_pages(anonymous: HfApi):
    tree = list(anonymous.list_repo_tree("acme/tiny-llm", recursive=True, expand=True))

    paths = [entry.path for entry in tree]
    assert {"shards", "tokenizer/special", "50% off #1?.txt", "данные/файл-😀.txt"} <= set(paths)
    assert len(paths) == len(set(paths)) > 120


def test_lists_a_folder_of_a_branch_with_a_slash(anonymous: HfApi):
    folder = anonymous.list_repo_tree("acme/tiny-llm", "onnx", revision="feature/quantized")

    assert [entry.path for entry in folder] == ["onnx/model_int8.onnx"]


def test_describes_paths(anonymous: HfApi):
    paths = ["README.md", "model.safetensors", "tokenizer", "missing.txt"]

    infos = anonymous.get_paths_info("acme/tiny-llm", paths, expand=True)

    titles = {info.path: info.last_commit.title for info in infos}
    assert titles == {
        "README.md": "Explain it",
        "model.safetensors": "Initial commit",
        "tokenizer": "Initial commit",
    }


@pytest.mark.parametrize(
    "path",
    ["config.json", "images/poster.png", "empty.txt", "50% off #1?.txt", "text/with-nul.txt"],
)
def test_downloads_files_small_and_large(alice: HfApi, tmp_path: Path, path: str):
    local = alice.hf_hub_download("acme/tiny-llm", path, cache_dir=tmp_path)

    [info] = alice.get_paths_info("acme/tiny-llm", path)
    assert Path(local).stat().st_size == info.size
    assert Path(local).resolve().name == (info.lfs.sha256 if info.lfs else info.blob_id)


def test_downloads_the_revision_asked_for(anonymous: HfApi, tmp_path: Path):
    texts = [
        Path(
            anonymous.hf_hub_download(
                "acme/tiny-llm", "notes.txt", revision=revision, cache_dir=tmp_path
            )
        ).read_text()
        for revision in ("main", "v1", "refs/pr/1")
    ]

    assert texts == ["A banana is a fruit.\n", "A banana is a fruit.\n", "A proposal.\n"]


def test_tells_what_refs_there_are(anonymous: HfApi):
    refs = anonymous.list_repo_refs("acme/tiny-llm", include_pull_requests=True)

    assert [ref.name for ref in refs.branches] == ["main", "feature/quantized"]
    assert [ref.ref for ref in refs.tags] == ["refs/tags/v1"]
    assert "refs/pr/1" in [ref.ref for ref in refs.pull_requests]


def test_hides_what_is_private(alice: HfApi, bob: HfApi, anonymous: HfApi):
    assert alice.model_info("alice/private").private
    with pytest.raises(RepositoryNotFoundError):
        bob.model_info("alice/private")
    with pytest.raises(HfHubHTTPError, match="401"):
        anonymous.model_info("alice/private")
    with pytest.raises(HfHubHTTPError, match="401"):
        anonymous.model_info("alice/no-such-model")


def test_fine_grained_token_sees_its_scope_only(hub: Running):
    api = HfApi(endpoint=hub.url, token="hf_finegrained")

    assert api.model_info("alice/private").private
    with pytest.raises(RepositoryNotFoundError):
        api.space_info("alice/private-space")


def test_guards_the_files_behind_a_gate(alice: HfApi, bob: HfApi, anonymous: HfApi, tmp_path: Path):
    assert bob.model_info("acme/gated").gated == "manual"
    assert alice.hf_hub_download("acme/gated", "config.json", cache_dir=tmp_path / "alice")
    for api in (bob, anonymous):
        with pytest.raises(GatedRepoError):
            api.hf_hub_download("acme/gated", "config.json", cache_dir=tmp_path)
        assert api.hf_hub_download("acme/gated", "README.md", cache_dir=tmp_path)


def test_tells_what_is_missing(alice: HfApi, tmp_path: Path):
    with pytest.raises(RevisionNotFoundError):
        alice.model_info("acme/tiny-llm", revision="v99")
    with pytest.raises(RemoteEntryNotFoundError):
        list(alice.list_repo_tree("acme/tiny-llm", "no/such/folder"))
    with pytest.raises(RemoteEntryNotFoundError):
        alice.hf_hub_download("acme/tiny-llm", "missing.txt", cache_dir=tmp_path)
    with pytest.raises(DisabledRepoError):
        alice.model_info("acme/disabled")


def test_describes_users_and_organizations(anonymous: HfApi):
    user = anonymous.get_user_overview("alice")
    organization = anonymous.get_organization_overview("acme")

    assert (user.fullname, user.is_pro) == ("Alice Ångström", True)
    # Tests that write make more of hers.
    assert user.num_models == len(list(anonymous.list_models(author="alice"))) >= 1
    assert organization.num_users == len(list(anonymous.list_organization_members("acme"))) == 2
    with pytest.raises(HfHubHTTPError, match="404"):
        anonymous.get_user_overview("no-such-user")
