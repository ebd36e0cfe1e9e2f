"""Files that are on their way here: what a Space made is copied behind its answer, and the next
call may name its handle before the copy is whole.
"""

import asyncio
import time

from accounts.database import lookups
from mcpendpoint.files.handles import id_in
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.reading import own_files

PATIENCE_SECONDS = 15.0
LOOK_EVERY_SECONDS = 0.3


async def own_files_once_here(user_id: int, handles: tuple[str, ...]) -> dict[str, StoredFile]:
    """Return a person's whole files by handle; wait a while for those that are being copied."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        files, is_coming = await lookups.run(_look, user_id, handles)
        if not is_coming or time.monotonic() > until:
            return files
        await asyncio.sleep(LOOK_EVERY_SECONDS)


def _look(user_id: int, handles: tuple[str, ...]) -> tuple[dict[str, StoredFile], bool]:
    # First, as one that is whole between the two questions would be in neither answer.
    ids = [id_in(handle) for handle in handles]
    coming = StoredFile.objects.filter(user_id=user_id, pk__in=ids, is_complete=False)
    is_coming = coming.exclude(source="").exists()  # a person's own upload may take them days
    files = own_files(user_id, handles)
    return files, is_coming and len(files) < len(handles)
