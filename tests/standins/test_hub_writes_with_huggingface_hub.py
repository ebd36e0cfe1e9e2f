"""Changing the stand-in Hub's repositories, with the public client."""

import io
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, HfApi
from huggingface_hub.errors import (
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.standins.serve import Running


@pytest.fixture
def repo_id(somebody: HfApi) -> str:
    return somebody.create_repo(somebody.whoami()["name"] + "/first").repo_id


def text_of(api: HfApi, repo_id: str, path: str, folder: Path, **options: str) -> str:
    local = api.hf_hub_download(repo_id, path, cache_dir=folder, **options)
    return Path(local).read_text()


def test_creates_a_repository(somebody: HfApi, repo_id: str):
    info = somebody.model_info(repo_id)

    assert (info.private, info.author) == (False, repo_id.partition("/")[0])
    assert [file.rfilename for file in info.siblings] == [".gitattributes"]


def test_creates_each_kind_once(somebody: HfApi, repo_id: str):
    somebody.create_repo(repo_id, repo_type="dataset", private=True)
    somebody.create_repo(repo_id, repo_type="space", space_sdk="gradio")

    assert somebody.dataset_info(repo_id).private
    assert somebody.space_info(repo_id).runtime.stage == "NO_APP_FILE"
    assert somebody.space_info(repo_id).card_data.sdk == "gradio"
    assert somebody.create_repo(repo_id, exist_ok=True).repo_id == repo_id
    with pytest.raises(HfHubHTTPError, match="You already created this model repo"):
        somebody.create_repo(repo_id)


@pytest.mark.parametrize("name", ["a--b", ".hidden", "trailing.", "x.git", "x" * 97])
def test_refuses_a_bad_name(hub: Running, somebody: HfApi, name: str):
    answer = httpx.post(
        f"{hub.url}/api/repos/create",
        headers={"Authorization": f"Bearer {somebody.token}"},
        json={"name": name},
    )

    assert answer.status_code == 400


def test_alice_writes_for_herself_and_for_her_organization(alice: HfApi):
    for owner in ("alice", "acme"):
        repo = alice.create_repo(f"{owner}/{uuid4().hex}", private=True)
        alice.upload_file(path_or_fileobj=b"x", path_in_repo="a.txt", repo_id=repo.repo_id)
        alice.delete_repo(repo.repo_id)
        with pytest.raises(RepositoryNotFoundError):
            alice.model_info(repo.repo_id)


def test_read_only_token_changes_nothing(bob: HfApi):
    operation = CommitOperationAdd("notes.txt", b"Mine now.\n")
    attempts = [
        lambda: bob.create_repo("bob/second-try"),
        lambda: bob.create_repo("acme/bobs"),
        lambda: bob.delete_repo("bob/first-try"),
        lambda: bob.create_commit("acme/tiny-llm", [operation], commit_message="Take over"),
        lambda: bob.create_commit(
            "acme/tiny-llm", [operation], commit_message="Take over", create_pr=True
        ),
        lambda: bob.duplicate_repo("acme/demo", "bob/demo", repo_type="space"),
        lambda: bob.create_branch("bob/first-try", branch="new"),
        lambda: bob.update_repo_settings("bob/first-try", private=True),
        lambda: bob.create_discussion("acme/tiny-llm", "Hello"),
    ]

    for attempt in attempts:
        with pytest.raises(HfHubHTTPError) as refusal:
            attempt()
        assert refusal.value.response.status_code == 403


def test_scopes_of_a_token_limit_what_it_writes(hub: Running, somebody: HfApi, repo_id: str):
    name = repo_id.partition("/")[0]
    reader = HfApi(endpoint=hub.url, token=f"hf_oauth_{name}_1a2b")
    writer = HfApi(endpoint=hub.url, token=f"hf_oauth_{name}_1a2b.write-repos")
    manager = HfApi(endpoint=hub.url, token=f"hf_oauth_{name}_1a2b.manage-repos")
    upload = {"path_or_fileobj": b"x", "path_in_repo": "a.txt", "repo_id": repo_id}

    with pytest.raises(HfHubHTTPError, match="403"):
        reader.upload_file(**upload)
    writer.upload_file(**upload)
    with pytest.raises(HfHubHTTPError, match="403"):
        writer.delete_repo(repo_id)
    manager.delete_repo(repo_id)


def test_fine_grained_token_writes_where_it_may(hub: Running):
    api = HfApi(endpoint=hub.url, token="hf_finegrained")
    upload = {"path_or_fileobj": b"x", "path_in_repo": "fine.txt"}
    api.create_branch("alice/private", branch="fine-grained")

    assert api.upload_file(**upload, repo_id="alice/private", revision="fine-grained").oid
    api.delete_branch("alice/private", branch="fine-grained")
    with pytest.raises(HfHubHTTPError, match="403"):
        api.upload_file(**upload, repo_id="alice/tiny-poet")
    with pytest.raises(HfHubHTTPError, match="403"):
        api.create_repo("alice/by-a-fine-grained-token")


def test_commit_changes_files_tree_and_history(somebody: HfApi, repo_id: str, tmp_path: Path):
    commit = somebody.create_commit(
        repo_id,
        [
            CommitOperationAdd("notes.txt", "Größe 🦜\n".encode()),
            CommitOperationAdd("data/a b#1.txt", b"odd name"),
            CommitOperationDelete(".gitattributes"),
        ],
        commit_message="Add notes",
        commit_description="And nothing else.",
    )

    [newest, oldest] = somebody.list_repo_commits(repo_id)
    assert (newest.commit_id, newest.title, newest.message) == (
        commit.oid,
        "Add notes",
        "And nothing else.",
    )
    assert commit.commit_url.endswith(f"{repo_id}/commit/{commit.oid}")
    assert set(somebody.list_repo_files(repo_id)) == {"notes.txt", "data/a b#1.txt"}
    assert text_of(somebody, repo_id, "notes.txt", tmp_path) == "Größe 🦜\n"
    assert somebody.list_repo_files(repo_id, revision=oldest.commit_id) == [".gitattributes"]


def test_readme_sets_what_the_hub_knows(somebody: HfApi, repo_id: str):
    card = "---\nlicense: mit\npipeline_tag: fill-mask\nlanguage: [de]\n---\n"
    text = f"{card}After [BERT](https://arxiv.org/abs/1810.04805).\n".encode()

    somebody.upload_file(path_or_fileobj=text, path_in_repo="README.md", repo_id=repo_id)

    info = somebody.model_info(repo_id)
    assert info.pipeline_tag == "fill-mask"
    assert {"license:mit", "de", "arxiv:1810.04805"} <= set(info.tags)
    assert repo_id in [model.id for model in somebody.list_models(filter="arxiv:1810.04805")]


def test_readme_with_broken_metadata_is_refused(somebody: HfApi, repo_id: str):
    with pytest.raises(ValueError, match="Invalid metadata"):
        somebody.upload_file(
            path_or_fileobj=b"---\nlicense: [mit\n---\n", path_in_repo="README.md", repo_id=repo_id
        )


@pytest.mark.parametrize("size", [30, 13 * 1024 * 1024])
def test_large_files_go_to_the_store(somebody: HfApi, repo_id: str, tmp_path: Path, size: int):
    content = bytes(range(256)) * (size // 256) + b"end"

    # A file object, not bytes: those would go to the Xet storage.
    for path in ("model.safetensors", "again.safetensors"):
        somebody.upload_file(
            path_or_fileobj=io.BytesIO(content), path_in_repo=path, repo_id=repo_id
        )

    [info] = somebody.get_paths_info(repo_id, "again.safetensors")
    local = somebody.hf_hub_download(repo_id, "again.safetensors", cache_dir=tmp_path)
    assert info.lfs.size == len(content)
    assert Path(local).read_bytes() == content


def test_commit_on_an_old_parent_is_refused(somebody: HfApi, repo_id: str):
    parent = somebody.model_info(repo_id).sha
    options = {"path_in_repo": "a.txt", "repo_id": repo_id, "parent_commit": parent}
    somebody.upload_file(path_or_fileobj=b"1", **options)

    with pytest.raises(HfHubHTTPError, match="A commit has happened since") as refusal:
        somebody.upload_file(path_or_fileobj=b"2", **options)

    assert refusal.value.response.status_code == 412


def test_anybody_may_propose_a_change(hub: Running, somebody: HfApi, repo_id: str, tmp_path: Path):
    guest = HfApi(endpoint=hub.url, token=f"hf_user_{uuid4().hex}")
    upload = {"path_or_fileobj": b"better", "path_in_repo": "a.txt", "repo_id": repo_id}
    with pytest.raises(HfHubHTTPError, match="create_pr=1"):
        guest.upload_file(**upload)

    commit = guest.upload_file(**upload, create_pr=True, commit_message="Make it better")

    assert commit.pr_url.endswith(f"{repo_id}/discussions/1")
    assert "a.txt" not in somebody.list_repo_files(repo_id)
    assert text_of(somebody, repo_id, "a.txt", tmp_path, revision="refs/pr/1") == "better"
    details = somebody.get_discussion_details(repo_id, 1)
    assert (details.title, details.status, details.conflicting_files) == (
        "Make it better",
        "open",
        [],
    )
    assert "+better" in details.diff

    with pytest.raises(HfHubHTTPError, match="403"):
        guest.merge_pull_request(repo_id, 1)
    somebody.merge_pull_request(repo_id, 1)
    assert "a.txt" in somebody.list_repo_files(repo_id)
    assert somebody.get_discussion_details(repo_id, 1).status == "merged"


def test_commits_to_a_branch(somebody: HfApi, repo_id: str):
    somebody.create_branch(repo_id, branch="feature/a")
    somebody.upload_file(
        path_or_fileobj=b"x", path_in_repo="b.txt", repo_id=repo_id, revision="feature/a"
    )
    somebody.create_tag(repo_id, tag="v1", revision="feature/a")

    assert "b.txt" in somebody.list_repo_files(repo_id, revision="v1")
    assert "b.txt" not in somebody.list_repo_files(repo_id)
    somebody.delete_branch(repo_id, branch="feature/a")
    somebody.delete_tag(repo_id, tag="v1")
    refs = somebody.list_repo_refs(repo_id)
    assert ([branch.name for branch in refs.branches], refs.tags) == (["main"], [])


def test_deletes_files_and_folders(somebody: HfApi, repo_id: str):
    additions = [CommitOperationAdd(f"logs/{n}.txt", b"x") for n in range(3)]
    somebody.create_commit(repo_id, additions, commit_message="Add logs")

    somebody.delete_file("logs/0.txt", repo_id)
    assert len(somebody.list_repo_files(repo_id)) == 3
    somebody.delete_folder("logs", repo_id)
    assert somebody.list_repo_files(repo_id) == [".gitattributes"]
    with pytest.raises(RemoteEntryNotFoundError):
        somebody.delete_file("logs/0.txt", repo_id)


def test_copies_a_file(somebody: HfApi, repo_id: str, tmp_path: Path):
    somebody.upload_file(path_or_fileobj=b"once", path_in_repo="a.txt", repo_id=repo_id)

    copy = CommitOperationCopy("a.txt", "b/c.txt")
    somebody.create_commit(repo_id, [copy], commit_message="Copy")

    assert text_of(somebody, repo_id, "b/c.txt", tmp_path) == "once"


def test_missing_branches_and_repositories_take_no_commit(somebody: HfApi, repo_id: str):
    upload = {"path_or_fileobj": b"x", "path_in_repo": "a.txt"}

    with pytest.raises(RevisionNotFoundError):
        somebody.upload_file(**upload, repo_id=repo_id, revision="nowhere")
    with pytest.raises(RepositoryNotFoundError):
        somebody.upload_file(**upload, repo_id=repo_id + "-missing")


def test_duplicates_a_space(somebody: HfApi):
    name = somebody.whoami()["name"]

    copy = somebody.duplicate_repo(
        "acme/image-maker",
        f"{name}/my-maker",
        repo_type="space",
        private=True,
        space_hardware="t4-small",
        space_variables=[{"key": "STEPS", "value": "8"}],
        space_secrets=[{"key": "KEY", "value": "hidden"}],
    )

    info = somebody.space_info(copy.repo_id)
    variables = somebody.get_space_variables(copy.repo_id)
    assert (info.private, info.runtime.requested_hardware) == (True, "t4-small")
    assert {key: variable.value for key, variable in variables.items()} == {
        "MODEL_ID": "acme/painter",
        "STEPS": "8",
    }
    assert list(somebody.get_space_secrets(copy.repo_id)) == ["KEY"]
    with pytest.raises(HfHubHTTPError, match="409"):
        somebody.duplicate_repo("acme/image-maker", copy.repo_id, repo_type="space")


def test_moves_a_repository_and_leads_to_it(somebody: HfApi, repo_id: str):
    somebody.move_repo(repo_id, f"{repo_id}-renamed")

    assert somebody.model_info(repo_id).id == f"{repo_id}-renamed"


def test_settings_hide_a_repository(somebody: HfApi, anonymous: HfApi, repo_id: str):
    somebody.update_repo_settings(repo_id, private=True, gated="auto")

    assert (somebody.model_info(repo_id).private, somebody.model_info(repo_id).gated) == (
        True,
        "auto",
    )
    with pytest.raises(HfHubHTTPError, match="401"):
        anonymous.model_info(repo_id)


def test_lists_discussions(anonymous: HfApi):
    everything = list(anonymous.get_repo_discussions("acme/tiny-llm"))
    proposals = list(
        anonymous.get_repo_discussions("acme/tiny-llm", discussion_type="pull_request")
    )

    assert {discussion.status for discussion in everything} >= {"open", "closed"}
    assert ("Fix a typo", "bob") in [(found.title, found.author) for found in proposals]


def test_discusses(somebody: HfApi, repo_id: str):
    discussion = somebody.create_discussion(repo_id, "A question", description="Why?")
    somebody.comment_discussion(repo_id, discussion.num, "Because.")
    somebody.rename_discussion(repo_id, discussion.num, "An answer")
    somebody.change_discussion_status(repo_id, discussion.num, "closed")

    details = somebody.get_discussion_details(repo_id, discussion.num)

    assert (details.title, details.status) == ("An answer", "closed")
    assert [event.type for event in details.events] == [
        "comment",
        "comment",
        "title-change",
        "status-change",
    ]
