"""Puts content into the Xet storage, with Hugging Face's own library.

The library gets a token for the storage alone, which the Hub gives to who may write; it never sees
the caller's. What it keeps on disk while it works is nobody else's, and gone afterwards.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from tempfile import TemporaryDirectory

import hf_xet
from pydantic import Field

from accounts.outgoing.callers import current_caller
from accounts.outgoing.errors import OutgoingError
from accounts.outgoing.pools import STORAGE_NETWORK, XET_UPLOADS, places_of
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubUnavailable
from mcpendpoint.hub.transport import Params, error_from_failure
from mcpendpoint.hub.types import HubModel

UPLOAD_SECONDS = 60.0

# Threads of their own: those of the event loop look up hosts and talk to the database.
_threads = ThreadPoolExecutor(XET_UPLOADS.limits.total, thread_name_prefix="xet")


class Ticket(HubModel):
    """A token for the storage, and its URL."""

    token: str = Field(alias="accessToken", pattern=r"^[\x21-\x7e]{1,20000}$", repr=False)
    storage_url: str = Field(alias="casUrl", max_length=1_000)
    expires_at: int = Field(alias="exp")


async def store(
    hub: HubClient, ticket_path: str, content: bytes, params: Params = (), *, sha256: str | None
) -> str:
    """Return the hash by which the storage knows the content. Raises HubError.

    `sha256` is given for files of repositories, which are known by that, too.
    """
    ticket = await hub.get_model(Ticket, ticket_path, params, seconds=0)
    loop = asyncio.get_running_loop()
    try:
        await STORAGE_NETWORK.find(ticket.storage_url)
        deadline = loop.time() + UPLOAD_SECONDS
        async with places_of(XET_UPLOADS).take(current_caller(), "", deadline=deadline):
            return await _finish(_Upload(ticket, content, sha256), deadline)
    except OutgoingError as error:
        raise error_from_failure(error) from error


async def _finish(upload: "_Upload", deadline: float) -> str:
    running = asyncio.get_running_loop().run_in_executor(_threads, upload.run)
    try:
        async with asyncio.timeout_at(deadline):
            return await running
    except TimeoutError as error:
        raise HubUnavailable("The Hub's storage did not answer in time.") from error
    except (OSError, RuntimeError, ValueError) as error:  # what the library raises
        raise HubUnavailable("The Hub's storage did not take the file.") from error
    finally:
        upload.abort()


class _Upload:
    """One upload, run in a thread and ended from another."""

    def __init__(self, ticket: Ticket, content: bytes, sha256: str | None) -> None:
        self._ticket = ticket
        self._content = content
        self._sha256 = sha256 or hf_xet.SKIP_SHA256
        self._commit: hf_xet.XetUploadCommit | None = None
        self._is_over = False

    def run(self) -> str:
        with TemporaryDirectory(prefix="xet-", ignore_cleanup_errors=True) as folder:
            session = hf_xet.XetSession(hf_xet.XetConfig().with_config(_options(folder)))
            self._commit = session.new_upload_commit(
                endpoint=self._ticket.storage_url,
                token=self._ticket.token,
                token_expiry_unix_secs=self._ticket.expires_at,
            )
            if self._is_over:
                raise RuntimeError("nobody waits for it any more")
            handle = self._commit.start_upload_bytes(self._content, sha256=self._sha256)
            self._commit.wait_to_finish()
            return str(handle.result().xet_info.hash)

    def abort(self) -> None:
        """End it if it goes on; it does nothing otherwise."""
        self._is_over = True
        if self._commit is not None:
            self._commit.abort()


def _options(folder: str) -> dict[str, object]:
    return {
        "client.connect_timeout": "5s",
        "client.read_timeout": "20s",
        "client.retry_base_delay": "200ms",
        "client.retry_max_attempts": 2,
        "data.staging_subdir": f"{folder}/staging",
        "session.dir_name": f"{folder}/session",
        "shard.cache_subdir": f"{folder}/cache",
        "telemetry.enabled": False,
    }
