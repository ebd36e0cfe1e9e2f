"""What a webhook of Hugging Face tells; the payloads are of the shape of hub-docs' own examples
(docs/hub/webhooks.md at 00295c29), which the public client's model takes as well.
"""

import json

import pytest
from huggingface_hub import WebhookPayload

from mcpendpoint.hub.webhooks import BadDelivery, changed_subjects


def payload(scope: str = "repo.content", repo_type: str = "model", **more: object) -> dict:
    name = "acme/Tiny"
    return {
        "event": {"action": "update", "scope": scope},
        "repo": {
            "type": repo_type,
            "name": name,
            "id": "6366c000a2abcdf2fd69a080",
            "private": False,
            "url": {
                "web": f"https://huggingface.co/{name}",
                "api": f"https://huggingface.co/api/{repo_type}s/{name}",
            },
            "headSha": "1" * 40,
            "tags": ["license:other"],
            "owner": {"id": "61d2000c3c2083e1c08af22d"},
        },
        "webhook": {"id": "6390e855e30d9209411de93b", "version": 3},
        **more,
    }


def subjects(payload: object) -> set[str]:
    return set(changed_subjects(json.dumps(payload).encode()))


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (payload(), {"models/acme/tiny"}),
        (payload("repo", "dataset"), {"datasets/acme/tiny"}),
        (payload("repo.config", "space", updatedConfig={"private": True}), {"spaces/acme/tiny"}),
        (payload(updatedRefs=[{"ref": "refs/heads/main", "oldSha": None, "newSha": "2" * 40}]),
         {"models/acme/tiny"}),
        (payload("repo", movedTo={"name": "acme/new", "owner": {"id": "1"}}),
         {"models/acme/tiny", "models/acme/new"}),
        (payload("discussion"), set()),
        (payload("discussion.comment"), set()),
    ],
)  # fmt: skip
def test_what_hugging_face_tells_of_is_understood(told, found):
    assert WebhookPayload.model_validate(told).repo.name == "acme/Tiny"

    assert subjects(told) == found


def test_scopes_and_types_to_come_are_no_errors():
    assert subjects(payload("repo.config.dois")) == {"models/acme/tiny"}
    assert subjects(payload("wiki")) == set()
    assert subjects(payload(repo_type="kernel")) == set()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'{"event": {"scope": "repo"}}',
        b'{"event": {"scope": 1}, "repo": {"type": "model", "name": "a/b"}}',
        b'{"event": {"scope": "repo"}, "repo": {"type": "model", "name": "../a"}}',
        b'{"event": {"scope": "repo"}, "repo": {"type": "model", "name": "a\\u0000/b"}}',
        b'{"event": {"scope": "repo"}, "repo": {"type": "model", "name": ["a/b"]}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_anything_else_is_refused(body):
    with pytest.raises(BadDelivery):
        changed_subjects(body)
