"""What this server may do on Hugging Face for somebody, in words for people.

The scopes are the Hub's: https://huggingface.co/docs/hub/oauth
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _


@dataclass(frozen=True)
class Permission:
    scope: str
    title: str
    meaning: str = ""


_WORDS = {
    permission.scope: permission
    for permission in (
        Permission("openid", _("Know that it is you")),
        Permission("profile", _("Know your name, picture and organizations")),
        Permission("email", _("Know your e-mail address")),
        Permission("read-billing", _("Know whether you have a payment method")),
        Permission("read-memberships", _("Know which organizations you are in")),
        Permission("read-repos", _("Read your repositories"), _("Private ones too.")),
        Permission("gated-repos", _("Read gated repositories"), _("Those that let you in.")),
        Permission(
            "contribute-repos",
            _("Create repositories"),
            _("Models, datasets and Spaces, and change those that this server created."),
        ),
        Permission(
            "write-repos", _("Change your repositories"), _("All of them: files and commits.")
        ),
        Permission(
            "manage-repos",
            _("Manage your repositories"),
            _("Create, change, rename and delete all of them."),
        ),
        Permission("read-collections", _("Read your collections"), _("Private ones too.")),
        Permission("write-collections", _("Change your collections")),
        Permission(
            "write-discussions",
            _("Take part in discussions"),
            _("Open discussions and pull requests, and comment, in your name."),
        ),
        Permission(
            "inference-api",
            _("Run inference"),
            _("With Inference Providers, on your credits."),
        ),
        Permission("jobs", _("Run jobs"), _("On Hugging Face's hardware, which costs you money.")),
        Permission("read-endpoints", _("See your Inference Endpoints")),
        Permission(
            "write-endpoints", _("Manage your Inference Endpoints"), _("They cost you money.")
        ),
        Permission("webhooks", _("Manage your webhooks")),
    )
}


def read_permissions(scope: str) -> list[Permission]:
    """Return what a credential of this scope allows; the Hub may know scopes that we do not."""
    given = set(scope.split())
    known = [permission_of(name) for name in _WORDS if name in given]
    return [*known, *(permission_of(name) for name in sorted(given - _WORDS.keys()))]


def permission_of(name: str) -> Permission:
    """Return it in the language of whoever reads."""
    if known := _WORDS.get(name):
        return Permission(name, gettext(known.title), gettext(known.meaning))
    return Permission(name, name)


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
