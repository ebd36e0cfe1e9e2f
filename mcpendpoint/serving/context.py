"""What our handlers get with each message, and what a running tool sees of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from django.conf import settings

from accounts.authorization.scopes import Scope
from accounts.credentials import SignInNeeded
from accounts.database import UNAVAILABLE
from accounts.identity import HubUnreachable
from mcpendpoint.access.selection import Selection
from mcpendpoint.access.who import Caller
from mcpendpoint.hub import changes
from mcpendpoint.hub.client import HubClient
from mcpendpoint.protocol.client_tag import UNKNOWN_CLIENT, ClientTag
from mcpendpoint.protocol.file_extension import NO_FILES, ClientFiles, client_files
from mcpendpoint.protocol.kernel import Peer
from mcpendpoint.protocol.openai_files import CLIENTS as OPENAI_CLIENTS
from mcpendpoint.protocol.records import Reason
from mcpendpoint.protocol.request_head import RequestHead
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.serving.directions import site_directions
from mcpendpoint.serving.rpc_errors import database_unavailable
from mcpendpoint.serving.unselected_spaces import UnselectedSpaces
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.directions import Directions
from mcpendpoint.tools.dynamic_space.spaces import Spaces

ReportProgress = Callable[[float, float | None, str | None], Awaitable[None]]


async def _report_to_nobody(progress: float, total: float | None, message: str | None) -> None:
    pass


class FileForm(Enum):
    TEXT = auto()
    """A URL, a data: URI or a handle, which each of the others takes as well."""
    UPLOAD = auto()
    """Metadata of a file that the client sends when it is told to."""
    OPENAI = auto()
    """An object with a short-lived URL."""


@dataclass
class RequestContext:
    """One message's caller and selection; the ToolContext of a tool that runs for it."""

    caller: Caller
    selection: Selection
    head: RequestHead | None
    """None for what did not come by HTTP."""
    report: ReportProgress = _report_to_nobody
    wants_progress: bool = False
    own_directions: Directions | None = None
    """None for those of the site."""
    session: Session | None = None
    """That a legacy message belongs to."""
    renewal: Callable[[], Awaitable[tuple[Caller, Selection]]] | None = None
    """Finds out who asks and for what, as it is by now."""
    approved_state: str | None = None
    runs_unasked: bool = False
    """Whether what the person has a say in is done all the same where nobody can ask them."""
    client: ClientTag = UNKNOWN_CLIENT
    client_files: ClientFiles = NO_FILES
    takes_links: bool = False
    """Whether the client's revision of the protocol has links in results."""
    shows_views: bool = False
    """Whether the client says that it shows MCP Apps."""

    tools_listed: int = 0
    """Noted when the list was made, for the record."""

    # Noted by the handler of tools/call, for the record.
    tool_name: str = ""
    space_label: str = ""
    is_denied: bool = False
    is_waiting: bool = False
    """For the person's approval."""
    reason: Reason | None = None
    """Why it does not go well, where the handler knows."""
    scopes_to_ask_for: frozenset[Scope] = frozenset()
    """Noted when the call was denied because the credential is not good for it."""

    @property
    def headers(self) -> dict[str, str] | None:
        return self.head.headers if self.head else None

    @property
    def is_signed_in(self) -> bool:
        return self.caller.is_signed_in

    @property
    def user_id(self) -> int | None:
        return self.caller.user_id

    @property
    def keeps_files(self) -> bool:
        """Whether the caller has an account whose files are kept."""
        return self.caller.user_id is not None and settings.HAS_DATABASE

    @property
    def file_form(self) -> FileForm:
        """As what tools of Spaces are told to take files."""
        if not self.keeps_files:
            return FileForm.TEXT
        if self.client_files.uploads:
            return FileForm.UPLOAD
        return FileForm.OPENAI if self.client.name in OPENAI_CLIENTS else FileForm.TEXT

    @property
    def include_images(self) -> bool:
        return self.selection.include_images

    @property
    def directions(self) -> Directions:
        return self.own_directions or site_directions()

    @property
    def spaces(self) -> Spaces:
        return UnselectedSpaces(self)

    def note_client(self, peer: Peer) -> None:
        """Note what the client is, and what it can take."""
        self.client, self.session = peer.client, peer.session
        self.client_files = client_files(peer.capabilities) if peer.is_modern else NO_FILES
        self.shows_views = peer.shows_views

    def deny(self, reason: Reason) -> None:
        self.is_denied, self.reason = True, reason

    async def renew(self) -> None:
        """Take the caller and the selection as they are by now, after a wait.

        Raises CallerRefused and InvalidOverrides.
        """
        if self.renewal is not None:
            self.caller, self.selection = await self.renewal()

    async def hub_token(self) -> str | None:
        """Return the caller's Hugging Face token, None for anonymous. Raises ToolError."""
        try:
            return await self.caller.hub_token()
        except SignInNeeded as error:
            raise ToolError(
                "This account's connection to Hugging Face has ended. Ask the person to "
                f"{self.directions.renew}; then repeat the call."
            ) from error
        except UNAVAILABLE as error:
            raise database_unavailable() from error
        except HubUnreachable as error:
            raise ToolError(
                "Hugging Face cannot be reached right now. Try again soon.",
                is_retryable=True,
                retry_after_seconds=error.retry_after_seconds,
            ) from error

    async def hub(self) -> HubClient:
        token = await self.hub_token()
        recheck = partial(self.caller.recheck_hub_token, token) if token else None
        return HubClient(
            token,
            changes=self.caller.hub_changes,
            on_change=self._note_hub_change,
            on_refusal=recheck,
        )

    async def _note_hub_change(self, path: str) -> None:
        await self.caller.note_hub_change()
        await changes.tell(path)

    async def recheck_hub_token(self, token: str) -> None:
        await self.caller.recheck_hub_token(token)

    def end_reports(self) -> None:
        """Tell the client no more: it was answered."""
        self.report = _report_to_nobody

    async def report_progress(
        self, progress: float, total: float | None = None, message: str | None = None
    ) -> None:
        await self.report(progress, total, message)
