"""What commands that act on somebody share: whom a name means, and asking first."""

import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.people import find_people

BY_COMMAND = {"by": "an operator's command"}
"""Of each entry in the audit log: a command line has no person that we know."""

PERSON_HELP = "a name on Hugging Face, or an id as id:…"


def find_person(text: str) -> User:
    """Return the one person whom this name or id means. Raises CommandError."""
    found = find_people(text)
    if not found:
        raise CommandError(
            f"Nobody here is called {text!r}. `people list --search PART` looks for a part of a "
            "name; id:… takes an id."
        )
    if len(found) > 1:
        who = ", ".join(f"{user.username} is id:{user.hf_id}" for user in found)
        raise CommandError(f"{text!r} was the name of several people: {who}. Say whom by the id.")
    return found[0]


def add_yes(parser: ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask")


def ask_first(command: BaseCommand, what: str, *, is_sure: bool) -> None:
    """Show what is about to be done, and go on only if that is meant. Raises CommandError."""
    command.stderr.write(what)
    if is_sure:
        return
    if not sys.stdin.isatty():
        raise CommandError("Nothing was done: say --yes where nobody can be asked.")
    if input("Go on? [y/N] ").strip().lower() not in {"y", "yes"}:
        raise CommandError("Nothing was done.")


def describe(user: User) -> str:
    return f"{user.username} (id:{user.hf_id}{'' if user.is_active else ', blocked'})"
