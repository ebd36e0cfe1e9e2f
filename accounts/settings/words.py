"""What the list of the settings says of each page, and how much there waits for the person."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.catalogue import catalogue
from accounts.consequences import Choice
from accounts.models import HubCredential
from accounts.settings.facts import Facts
from accounts.space_selection import default_spaces

_ASKED = {
    (): gettext_noop("You are not asked before a call"),
    ("delete",): gettext_noop("You are asked before a call deletes"),
    ("publish",): gettext_noop("You are asked before a call publishes"),
    ("spend",): gettext_noop("You are asked before a call spends"),
    ("delete", "publish"): gettext_noop("You are asked before a call deletes or publishes"),
    ("delete", "spend"): gettext_noop("You are asked before a call deletes or spends"),
    ("publish", "spend"): gettext_noop("You are asked before a call publishes or spends"),
    ("delete", "publish", "spend"): gettext_noop(
        "You are asked before a call deletes, publishes or spends"
    ),
}


def nothing_waits(facts: Facts) -> int:
    return 0


def waiting_spaces(facts: Facts) -> int:
    return facts.waiting_spaces


def waiting_approvals(facts: Facts) -> int:
    return facts.waiting_approvals


def tools(facts: Facts) -> str:
    chosen = facts.offer.chosen_tools(facts.preferences.tools, catalogue)
    on = sum(map(facts.offer.has_tool, (tool.name for tool in chosen)))
    if facts.preferences.tools is None:
        message = ngettext("%(on)s tool on, the defaults", "%(on)s tools on, the defaults", on)
    else:
        message = ngettext("%(on)s tool on", "%(on)s tools on", on)
    return message % {"on": on}


def spaces(facts: Facts) -> str:
    if facts.preferences.has_chosen_spaces:
        number, are_defaults = len(facts.preferences.spaces), False
    else:
        number, are_defaults = len(default_spaces(facts.offer)), True
    if not number:
        return _("Find one, and its tools are yours")
    waiting = facts.waiting_spaces
    if are_defaults and not waiting:
        message = ngettext(
            "%(number)s Space, the defaults", "%(number)s Spaces, the defaults", number
        )
        return message % {"number": number}
    words = ngettext("%(number)s Space", "%(number)s Spaces", number) % {"number": number}
    if not waiting:
        return words
    wait = ngettext("%(number)s waits for you", "%(number)s wait for you", waiting)
    both = {"spaces": words, "wait": wait % {"number": waiting}}
    return _("%(spaces)s, %(wait)s") % both


def profiles(facts: Facts) -> str:
    if not facts.profiles:
        return _("One selection, for all your assistants")
    message = ngettext("%(number)s profile", "%(number)s profiles", facts.profiles)
    return message % {"number": facts.profiles}


def approvals(facts: Facts) -> str:
    if waiting := facts.waiting_approvals:
        message = ngettext(
            "%(number)s call waits for you", "%(number)s calls wait for you", waiting
        )
        return message % {"number": waiting}
    chosen = facts.preferences.approvals.or_stricter(facts.offer.least).as_words()
    return _(_ASKED[tuple(kind for kind, choice in chosen.items() if choice == Choice.ASK)])


def apps(facts: Facts) -> str:
    apps = ngettext("%(number)s app", "%(number)s apps", facts.apps) % {"number": facts.apps}
    keys = ngettext("%(number)s key", "%(number)s keys", facts.keys) % {"number": facts.keys}
    if facts.apps and facts.keys:
        return _("%(apps)s and %(keys)s") % {"apps": apps, "keys": keys}
    if facts.apps or facts.keys:
        return apps if facts.apps else keys
    return _("Nothing is connected yet")


def connect(facts: Facts) -> str:
    return _("Step by step, for Claude, Cursor, VS Code and others")


def permissions(facts: Facts) -> str:
    credential = facts.credential
    if credential is None or not credential.is_usable:
        return _("Your connection has ended: sign in again")
    if credential.kind == HubCredential.Kind.OAUTH:
        return _("Signed in with Hugging Face")
    return _("A token that you pasted")


def webhook(facts: Facts) -> str:
    if facts.has_webhook:
        return _("Changes are told at once")
    return _("Changes are noticed within minutes")


def files(facts: Facts) -> str:
    days = settings.FILES_RETENTION_DAYS
    message = ngettext(
        "To give to assistants, kept for %(days)s day",
        "To give to assistants, kept for %(days)s days",
        days,
    )
    return message % {"days": days}


def alerts(facts: Facts) -> str:
    return _("What you are told of, wherever you are")


def activity(facts: Facts) -> str:
    return _("What you and your assistants did")


def account(facts: Facts) -> str:
    return _("%(name)s on Hugging Face") % {"name": facts.user.username}
