"""What Hugging Face sends to a webhook (hub-docs, docs/hub/webhooks.md; payloads of version 3).

Only what it is about is read, so that events of kinds to come are understood as well.
"""

from pydantic import BaseModel, Field, ValidationError

from mcpendpoint.hub.ids import BadRepoId, parse_repo_id
from mcpendpoint.hub.references import REPO_ROOTS

_ROOTS = {root.removesuffix("s"): root for root in (*REPO_ROOTS, "buckets")}


class BadDelivery(ValueError):
    """It is not what Hugging Face sends."""


class _Event(BaseModel):
    scope: str = Field(max_length=100)


class _Named(BaseModel):
    name: str = Field(max_length=200)


class _Repo(_Named):
    type: str = Field(max_length=40)


class _Delivery(BaseModel):
    event: _Event
    repo: _Repo
    movedTo: _Named | None = None


def changed_subjects(body: bytes) -> frozenset[str]:
    """Return what has changed, in the words of hub.changes; nothing for what is only talked about.

    Raises BadDelivery.
    """
    try:
        delivery = _Delivery.model_validate_json(body)
    except ValidationError as error:
        raise BadDelivery("A payload has event.scope, repo.type and repo.name.") from error
    scope, root = delivery.event.scope, _ROOTS.get(delivery.repo.type)
    if root is None or scope.partition(".")[0] != "repo":
        return frozenset()
    names = [each.name for each in (delivery.repo, delivery.movedTo) if each]
    try:
        return frozenset(f"{root}/{parse_repo_id(name)}".lower() for name in names)
    except BadRepoId as error:
        raise BadDelivery("repo.name is no name of a repository.") from error
