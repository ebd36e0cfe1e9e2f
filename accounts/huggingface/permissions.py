"""What this server may do on Hugging Face for somebody, in words for people.

The scopes are the Hub's: https://huggingface.co/docs/hub/oauth
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Permission:
    scope: str
    title: str
    meaning: str = ""


_WORDS = {
    permission.scope: permission
    for permission in (
        Permission("openid", "Know that it is you"),
        Permission("profile", "Know your name, picture and organizations"),
        Permission("email", "Know your e-mail address"),
        Permission("read-billing", "Know whether you have a payment method"),
        Permission("read-memberships", "Know which organizations you are in"),
        Permission("read-repos", "Read your repositories", "Private ones too."),
        Permission("gated-repos", "Read gated repositories", "Those that let you in."),
        Permission(
            "contribute-repos",
            "Create repositories",
            "Models, datasets and Spaces, and change those that this server created.",
        ),
        Permission("write-repos", "Change your repositories", "All of them: files and commits."),
        Permission(
            "manage-repos",
            "Manage your repositories",
            "Create, change, rename and delete all of them.",
        ),
        Permission("read-collections", "Read your collections", "Private ones too."),
        Permission("write-collections", "Change your collections"),
        Permission(
            "write-discussions",
            "Take part in discussions",
            "Open discussions and pull requests, and comment, in your name.",
        ),
        Permission("inference-api", "Run inference", "With Inference Providers, on your credits."),
        Permission("jobs", "Run jobs", "On Hugging Face's hardware, which costs you money."),
        Permission("read-endpoints", "See your Inference Endpoints"),
        Permission("write-endpoints", "Manage your Inference Endpoints", "They cost you money."),
        Permission("webhooks", "Manage your webhooks"),
    )
}


def read_permissions(scope: str) -> list[Permission]:
    """Return what a credential of this scope allows; the Hub may know scopes that we do not."""
    given = set(scope.split())
    known = [permission for name, permission in _WORDS.items() if name in given]
    return [*known, *(permission_of(name) for name in sorted(given - _WORDS.keys()))]


def permission_of(name: str) -> Permission:
    return _WORDS.get(name) or Permission(name, name)


def further_permissions(scope: str) -> list[Permission]:
    """Return what may be asked for besides what a credential of this scope allows already."""
    if not settings.HF_OAUTH_CLIENT_ID:
        return []
    there = {*scope.split(), *settings.HF_OAUTH_SCOPES}
    return [permission_of(name) for name in settings.HF_OAUTH_FURTHER_SCOPES if name not in there]


def scopes_to_ask_for(scope: str, chosen: Iterable[str]) -> list[str]:
    """Return what sign-in asks for, what was granted already and what was chosen, and no more.

    What this server no longer offers is left out: the Hub would refuse the whole request.
    """
    wanted = {*scope.split(), *chosen}
    further = [name for name in settings.HF_OAUTH_FURTHER_SCOPES if name in wanted]
    return list(dict.fromkeys([*settings.HF_OAUTH_SCOPES, *further]))
