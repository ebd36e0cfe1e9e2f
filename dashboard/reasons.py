"""Why messages did not go well, in words for people. Pure."""

from mcpendpoint.protocol.records import Reason

REASONS: dict[str, str] = {
    Reason.NO_CREDENTIAL: "Not signed in yet",
    Reason.BAD_CREDENTIAL: "Wrong, revoked or expired credential",
    Reason.SCOPE: "Permission missing",
    Reason.NOT_SELECTED: "Tool or Space not selected",
    Reason.BLOCKED: "Blocked by an operator",
    Reason.LIMIT: "Over a limit",
    Reason.APPROVAL: "Waits for approval, or was refused",
    Reason.INVALID_ARGUMENTS: "Invalid arguments",
    Reason.INVALID_REQUEST: "Invalid request",
    Reason.TOO_LARGE: "Too large",
    Reason.NOT_FOUND: "Not found",
    Reason.HUB_REFUSED: "The Hub refused",
    Reason.HUB_DOWN: "The Hub did not answer",
    Reason.SPACE_ASLEEP: "Space is not running",
    Reason.SPACE_ERROR: "Space failed",
    Reason.TOOL: "Tool failed",
    Reason.TIMEOUT: "Took too long",
    Reason.CANCELLED: "Cancelled by the client",
    Reason.UNAVAILABLE: "This server was not available",
    Reason.OUR_FAULT: "Fault of this server",
}
