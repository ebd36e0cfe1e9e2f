"""What the list of the settings says of each page, and how much there waits for the person."""

from django.conf import settings

from accounts.catalogue import catalogue
from accounts.consequences import Choice
from accounts.models import HubCredential
from accounts.settings.facts import Facts
from accounts.space_selection import default_spaces

_DEEDS = {"delete": "deletes", "publish": "publishes", "spend": "spends"}


def nothing_waits(facts: Facts) -> int:
    return 0


def waiting_spaces(facts: Facts) -> int:
    return facts.waiting_spaces


def waiting_approvals(facts: Facts) -> int:
    return facts.waiting_approvals


def tools(facts: Facts) -> str:
    chosen = facts.offer.chosen_tools(facts.preferences.tools, catalogue)
    on = sum(map(facts.offer.has_tool, (tool.name for tool in chosen)))
    suffix = ", the defaults" if facts.preferences.tools is None else ""
    return f"{_number(on, 'tool')} on{suffix}"


def spaces(facts: Facts) -> str:
    if facts.preferences.has_chosen_spaces:
        number, suffix = len(facts.preferences.spaces), ""
    else:
        number, suffix = len(default_spaces(facts.offer)), ", the defaults"
    waiting = facts.waiting_spaces
    if waiting:
        suffix = f", {waiting} {'waits' if waiting == 1 else 'wait'} for you"
    return _number(number, "Space") + suffix if number else "Find one, and its tools are yours"


def profiles(facts: Facts) -> str:
    further = facts.profiles
    return _number(further, "profile") if further else "One selection, for all your assistants"


def approvals(facts: Facts) -> str:
    if waiting := facts.waiting_approvals:
        return f"{_number(waiting, 'call')} {'waits' if waiting == 1 else 'wait'} for you"
    chosen = facts.preferences.approvals.or_stricter(facts.offer.least).as_words()
    asked = [_DEEDS[kind] for kind, choice in chosen.items() if choice == Choice.ASK]
    if not asked:
        return "You are not asked before a call"
    return f"You are asked before a call {_listed(asked)}"


def apps(facts: Facts) -> str:
    there = [
        _number(number, noun)
        for number, noun in ((facts.apps, "app"), (facts.keys, "key"))
        if number
    ]
    return " and ".join(there) or "Nothing is connected yet"


def connect(facts: Facts) -> str:
    return "Step by step, for Claude, Cursor, VS Code and others"


def permissions(facts: Facts) -> str:
    credential = facts.credential
    if credential is None or not credential.is_usable:
        return "Your connection has ended: sign in again"
    if credential.kind == HubCredential.Kind.OAUTH:
        return "Signed in with Hugging Face"
    return "A token that you pasted"


def webhook(facts: Facts) -> str:
    return "Changes are told at once" if facts.has_webhook else "Changes are noticed within minutes"


def files(facts: Facts) -> str:
    days = settings.FILES_RETENTION_DAYS
    return f"To give to assistants, kept for {_number(days, 'day')}"


def alerts(facts: Facts) -> str:
    return "What you are told of, wherever you are"


def activity(facts: Facts) -> str:
    return "What you and your assistants did"


def account(facts: Facts) -> str:
    return f"{facts.user.username} on Hugging Face"


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _listed(verbs: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(verbs[:-1]), verbs[-1]]))
