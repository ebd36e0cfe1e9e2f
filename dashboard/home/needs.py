"""What waits for a person, each with the page on which they can do something about it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from accounts.approvals import State, has_expired, open_approvals
from accounts.approvals import shown as shown_approval
from accounts.catalogue import ToolChoice
from accounts.models import AccessKey, HubCredential, User
from accounts.pins import waiting_spaces
from accounts.readiness import Permissions
from dashboard.home.assistants import ends_in_words
from dashboard.home.spaces import Space, asleep, broken
from mcpendpoint.files.questions import waiting_questions


@dataclass(frozen=True)
class Need:
    text: str
    label: str
    """Of the button."""
    url: str
    hint: str = ""
    is_urgent: bool = True
    """Whether something does not work, or is not done, until then."""


def needs_of(
    user: User,
    permissions: Permissions,
    tools: Iterable[ToolChoice],
    keys: Iterable[AccessKey],
    spaces: Sequence[Space],
    now: datetime,
) -> list[Need]:
    """Return what this person should look at, the most urgent first."""
    return [
        *_approvals(user),
        *_files(user),
        *_hugging_face(permissions.credential),
        *_changed_tools(user, spaces),
        *(_broken(space) for space in broken(spaces)),
        *_keys(keys, now),
        *_permissions(permissions, tools),
        *(_asleep(space) for space in asleep(spaces)),
    ]


def _approvals(user: User) -> Iterator[Need]:
    for row in open_approvals(user):
        if row.state == State.WAITING and not has_expired(row):
            url = reverse("accounts:approval", args=[row.pk])
            hint = f"Asked by {row.client}." if row.client else ""
            yield Need(shown_approval(row).title, "Decide", url, hint)


def _files(user: User) -> Iterator[Need]:
    for question in waiting_questions(user):
        url = reverse("files:question", args=[question.pk])
        yield Need(f"{question.tool} waits for a file", "Give it", url, question.space_id)


def _hugging_face(credential: HubCredential | None) -> Iterator[Need]:
    if credential is not None and credential.is_usable:
        return
    yield Need(
        "Your connection to Hugging Face has ended",
        "Sign in again",
        f"{reverse('accounts:sign-in')}?next={reverse('home')}",
        "Your assistants cannot use the Hub or private Spaces until then. Nothing is lost.",
    )


def _changed_tools(user: User, spaces: Sequence[Space]) -> Iterator[Need]:
    not_offered = {space.space_id for space in spaces if space.why_not}
    for space_id in sorted(waiting_spaces(user) - not_offered):
        yield Need(
            f"{space_id} changed its tools",
            "See what changed",
            reverse("spaces:status", args=space_id.split("/", 1)),
            "Those that changed are held back until you agree.",
        )


def _broken(space: Space) -> Need:
    return Need(f"{space.space_id} does not work", "Look at it", space.status_url, space.trouble)


def _asleep(space: Space) -> Need:
    return Need(
        f"{space.space_id} is asleep",
        "Open it",
        space.hub_url,
        "A call of one of its tools wakes it too; the first takes longer.",
        is_urgent=False,
    )


def _keys(keys: Iterable[AccessKey], now: datetime) -> Iterator[Need]:
    for key in keys:
        if ends := ends_in_words(key, now):
            url = reverse("accounts:keys")
            yield Need(f"The key “{key.name}” {ends}", "Make a new key", url)


def _permissions(permissions: Permissions, tools: Iterable[ToolChoice]) -> Iterator[Need]:
    """Say once of each thing that is lacking for which tools it is."""
    lacking: dict[tuple[str, str], list[str]] = defaultdict(list)
    for tool in tools:
        for need in permissions.needs_of(tool):
            if need.url:
                lacking[need.url, need.text].append(tool.title)
    for (url, text), titles in lacking.items():
        yield Need(
            f"{_listed(titles)}: switched on, not usable",
            "Allow it",
            url,
            f"Needs {text}.",
        )


def _listed(titles: Sequence[str]) -> str:
    shown = ", ".join(titles[:3])
    return f"{shown} and {len(titles) - 3} more" if len(titles) > 3 else shown
