from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.key_rotation import rotate_keys


class Command(BaseCommand):
    help = (
        "Encrypts everything stored encrypted with the first of FIELD_ENCRYPTION_KEYS; "
        "the others can then be removed from the setting."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        result = rotate_keys()
        self.stdout.write(
            f"Encrypted again: {result.rotated}. As they should be: {result.current}."
        )
        if result.unreadable:
            raise CommandError(
                f"No key opens {result.unreadable} values. If a key of before is still known, add "
                "it to FIELD_ENCRYPTION_KEYS and run this again. Else their owners sign in again."
            )
