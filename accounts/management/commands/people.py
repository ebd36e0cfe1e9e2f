"""`hfmcp people`: who has an account here, and what an operator may do with it."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import admins, audit
from accounts.audit import Action
from accounts.groups.shown import groups_of
from accounts.management.acting import (
    BY_COMMAND,
    PERSON_HELP,
    add_yes,
    ask_first,
    describe,
    find_person,
)
from accounts.models import User
from accounts.operators import blocks
from accounts.operators.block_list import block_list
from accounts.operators.models import MAX_REASON, Block, Role
from accounts.operators.role_sources import standing_of
from accounts.operators.roles import roles_of
from accounts.people import people_after, remove
from accounts.person_export import write_everything_of

MOST_LISTED = 10_000
LOOKED_UP_AT_ONCE = 500


class Command(BaseCommand):
    help = "Lists people and shows one; blocks, removes or exports an account; binds admins' names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")

        def add(name: str, text: str, act: Callable[..., None]) -> ArgumentParser:
            command: ArgumentParser = commands.add_parser(name, help=text, description=text)
            command.set_defaults(run=act)
            return command

        listing = add("list", "list people, in the order in which they came", self._list)
        listing.add_argument("--search", default="", metavar="PART", help="part of a name")
        listing.add_argument("--after", default="", metavar="ID", help="go on after this id:…")
        listing.add_argument("--limit", type=int, default=100, help=f"at most {MOST_LISTED}")
        listing.add_argument("--json", action="store_true", help="a JSON object on each line")
        show = add("show", "show what there is of a person", self._show)
        show.add_argument("person", help=PERSON_HELP)
        blocking = add("block", "let a person neither sign in nor call, at once", self._block)
        blocking.add_argument("--reason", default="", help="for the audit log")
        unblocking = add("unblock", "let a person in again", self._unblock)
        removing = add("remove", "delete an account with all that is in it", self._remove)
        for command in (blocking, unblocking, removing):
            command.add_argument("person", help=PERSON_HELP)
            add_yes(command)
        export = add("export", "write all that is stored of a person, as JSON", self._export)
        export.add_argument("person", help=PERSON_HELP)
        admin = add("admin", "list whose the names in ADMIN_HF_USERS are, or bind one", self._admin)
        admin.add_argument("name", nargs="?", help="as in ADMIN_HF_USERS")
        admin.add_argument("hf_id", nargs="?", help="the id of the person on Hugging Face")

    def handle(self, *args: Any, run: Callable[..., None], **options: Any) -> None:
        block_list.refresh()
        run(**options)

    def _list(self, search: str, after: str, limit: int, **options: Any) -> None:
        last = find_person(after) if after else None
        if not 1 <= limit <= MOST_LISTED:
            raise CommandError(f"--limit should be from 1 to {MOST_LISTED:,}.")
        found = people_after(last, search, limit)
        for start in range(0, len(found), LOOKED_UP_AT_ONCE):
            some = found[start : start + LOOKED_UP_AT_ONCE]
            roles = roles_of(some)
            for user in some:
                role = roles.get(user.pk)
                as_json = options["json"]
                self.stdout.write(json.dumps(_facts(user, role)) if as_json else _line(user, role))
        if len(found) == limit:
            self.stderr.write(f"There may be more: --after id:{found[-1].hf_id}")

    def _show(self, person: str, **options: Any) -> None:
        user = find_person(person)
        facts = {
            "name": user.username,
            "id": user.hf_id,
            "role": standing_of(user),
            "groups": ", ".join(group.name for group in groups_of(user)) or "none",
            "blocked": "yes" if _is_blocked(user) else "no",
            "joined": user.date_joined.isoformat(),
            "last sign-in": user.last_login.isoformat() if user.last_login else "never",
            "access keys": user.access_keys.count(),
            "Spaces": user.spaces.filter(is_active=True).count(),
            "former names": ", ".join(user.former_names.values_list("name", flat=True)) or "none",
        }
        for name, value in facts.items():
            self.stdout.write(f"{name}: {value}")

    def _block(self, person: str, reason: str, yes: bool, **options: Any) -> None:
        user = find_person(person)
        ask_first(self, f"{describe(user)} will be blocked.", is_sure=yes)
        block = Block(
            kind=Block.Kind.PERSON,
            subject=user.hf_id or "",
            name=user.username,
            reason=reason[:MAX_REASON] or "No reason was given.",
        )
        try:
            blocks.make(block)
        except blocks.NotBlocked as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{describe(user)}: in force everywhere within two seconds.")

    def _unblock(self, person: str, yes: bool, **options: Any) -> None:
        user = find_person(person)
        if blocks.block_of(user.hf_id or "") is None:
            raise CommandError(f"{describe(user)} is not blocked.")
        ask_first(self, f"{describe(user)} will be let in again.", is_sure=yes)
        blocks.undo_block_of(user.hf_id or "", None)
        self.stdout.write(f"{describe(user)} is not blocked any more.")

    def _remove(self, person: str, yes: bool, **options: Any) -> None:
        user = find_person(person)
        who = describe(user)
        ask_first(self, f"{who} will be deleted with all that is theirs here.", is_sure=yes)
        remove(user, detail=BY_COMMAND)
        self.stdout.write(f"{who} is deleted. If they sign in again, they get a new account.")

    def _export(self, person: str, **options: Any) -> None:
        user = find_person(person)
        audit.record(Action.PERSON_EXPORTED, user, detail=BY_COMMAND)
        write_everything_of(user, sys.stdout.write)

    def _admin(self, name: str | None, hf_id: str | None, **options: Any) -> None:
        if name is None:
            self._list_admins()
        elif hf_id is None:
            raise CommandError("Give the Hugging Face id, too.")
        elif name.lower() not in admins.configured().names:
            raise CommandError(f"{name} is no name in ADMIN_HF_USERS.")
        else:
            with transaction.atomic():
                admins.bind(name, hf_id.removeprefix(admins.ID_PREFIX))
            self.stdout.write(f"{name.lower()} is {hf_id} now.")

    def _list_admins(self) -> None:
        entries = admins.configured()
        bindings = list(admins.bindings())
        for row in bindings:
            state = "" if row.entry in entries else " (not in ADMIN_HF_USERS)"
            self.stdout.write(f"{row.entry} is {row.hf_id}{state}")
        for name in sorted(entries.names - {row.entry for row in bindings}):
            self.stdout.write(f"{name} has not signed in yet")


def _is_blocked(user: User) -> bool:
    return block_list.person(user.hf_id or "") is not None


def _line(user: User, role: Role | None) -> str:
    states = [role.label] if role else []
    if _is_blocked(user):
        states.append("blocked")
    return f"{describe(user)}{': ' if states else ''}{', '.join(states)}"


def _facts(user: User, role: Role | None) -> dict[str, Any]:
    return {
        "id": user.hf_id,
        "name": user.username,
        "role": role.label if role else None,
        "is_blocked": _is_blocked(user),
        "joined": user.date_joined.isoformat(),
        "last_sign_in": user.last_login.isoformat() if user.last_login else None,
    }
