from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import admins


class Command(BaseCommand):
    help = (
        "Says which Hugging Face id a name in ADMIN_HF_USERS stands for, when the name has changed "
        "hands. Without arguments it lists what the names stand for."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="as in ADMIN_HF_USERS")
        parser.add_argument("hf_id", nargs="?", help="the id of the person on Hugging Face")

    def handle(self, *args: Any, name: str | None, hf_id: str | None, **options: Any) -> None:
        if name is None:
            self._list()
        elif hf_id is None:
            raise CommandError("Give the Hugging Face id, too.")
        elif name.lower() not in admins.configured().names:
            raise CommandError(f"{name} is no name in ADMIN_HF_USERS.")
        else:
            admins.bind(name, hf_id)
            self.stdout.write(f"{name.lower()} is {hf_id} now.")

    def _list(self) -> None:
        entries = admins.configured()
        for row in admins.bindings():
            state = "" if row.entry in entries else " (not in ADMIN_HF_USERS)"
            self.stdout.write(f"{row.entry} is {row.hf_id}{state}")
        bound = {row.entry for row in admins.bindings()}
        for name in sorted(entries.names - bound):
            self.stdout.write(f"{name} has not signed in yet")
