"""The list of the settings: beside each of their pages, and with more words as the overview."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from accounts.models import User
from accounts.settings import words
from accounts.settings.facts import Facts


@dataclass(frozen=True)
class SettingsPage:
    label: str
    url_name: str
    says: Callable[[Facts], str]
    """One line: what stands on the page."""
    waiting: Callable[[Facts], int] = words.nothing_waits
    """How much there waits for the person."""
    anchors: tuple[str, ...] = ()
    """What its parts were called when the settings were one page: old links end there."""


GROUPS = (
    (
        _("Assistants"),
        (
            SettingsPage(_("Tools"), "accounts:tools", words.tools, anchors=("tools",)),
            SettingsPage(
                _("Spaces"), "accounts:spaces", words.spaces, words.waiting_spaces, ("spaces",)
            ),
            SettingsPage(
                _("Approvals"),
                "accounts:approvals",
                words.approvals,
                words.waiting_approvals,
                ("approvals", "approval-choices"),
            ),
            SettingsPage(_("Profiles"), "profiles:list", words.profiles),
            SettingsPage(_("Apps and keys"), "accounts:apps", words.apps, anchors=("apps", "keys")),
            SettingsPage(_("Connect a client"), "connect:choose", words.connect),
        ),
    ),
    (
        _("Hugging Face"),
        (
            SettingsPage(
                _("Permissions"),
                "accounts:permissions",
                words.permissions,
                anchors=("hugging-face",),
            ),
            SettingsPage(_("Webhook"), "accounts:webhook", words.webhook, anchors=("webhook",)),
        ),
    ),
    (
        _("You"),
        (
            SettingsPage(_("Files"), "files:list", words.files),
            SettingsPage(_("Alerts"), "personal-alerts:page", words.alerts),
            SettingsPage(_("Activity"), "accounts:activity", words.activity),
            SettingsPage(_("Account"), "accounts:account", words.account, anchors=("account",)),
        ),
    ),
)
"""A page more is a line more; its template names it in `{% settings_list %}`."""


@dataclass(frozen=True)
class Entry:
    """A page as it is listed for somebody."""

    label: str
    url_name: str
    url: str
    waiting: int
    anchors: tuple[str, ...]
    says: str

    @property
    def badge_id(self) -> str:
        return f"waiting-{self.url_name.partition(':')[2]}"


def listed(user: User, *, in_full: bool = False) -> list[tuple[str, list[Entry]]]:
    """Return the groups and their pages; only `in_full` with what each says, which costs more."""
    facts = Facts(user)
    return [
        (gettext(title), [_entry(page, facts, in_full) for page in pages])
        for title, pages in GROUPS
    ]


def _entry(page: SettingsPage, facts: Facts, in_full: bool) -> Entry:
    return Entry(
        label=gettext(page.label),
        url_name=page.url_name,
        url=reverse(page.url_name),
        waiting=page.waiting(facts),
        anchors=page.anchors,
        says=page.says(facts) if in_full else "",
    )
