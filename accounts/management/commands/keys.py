"""`hfmcp keys rotate`: encrypts all that is stored encrypted with the first key."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import audit
from accounts.audit import Action
from accounts.key_rotation import rotate_keys
from accounts.management.acting import BY_COMMAND


class Command(BaseCommand):
    help = "Works on what is stored encrypted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")
        text = (
            "encrypt everything with the first of FIELD_ENCRYPTION_KEYS; "
            "the others can then be removed from the setting"
        )
        commands.add_parser("rotate", help=text, description=text)

    def handle(self, *args: Any, **options: Any) -> None:
        result = rotate_keys()
        audit.record(Action.KEYS_ROTATED, detail=BY_COMMAND | {"rotated": result.rotated})
        self.stdout.write(
            f"Encrypted again: {result.rotated}. As they should be: {result.current}."
        )
        if result.unreadable:
            raise CommandError(
                f"No key opens {result.unreadable} values. If a key of before is still known, add "
                "it to FIELD_ENCRYPTION_KEYS and run this again. Else their owners sign in again."
            )
