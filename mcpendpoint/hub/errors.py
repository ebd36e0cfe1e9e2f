"""What can go wrong when the Hub is asked, and the one place that tells it from an answer.

HubError                 status, message (the Hub's own words), is_retryable, retry_after_seconds
├── HubNotFound          404: missing, or private and not ours to see
├── HubNotSignedIn       401 and no token was sent: a sign-in may help, or it does not exist
├── HubTokenRefused      401 and a token was sent: it expired or was revoked
├── HubForbidden         403: the token may not do this
│   └── HubGated         401/403: its terms have to be accepted on its page first
├── HubConflict          409/412: it exists already, or changed meanwhile
├── HubRefused           any other 4xx, 501, and faults of a dataset: asking again will not help
├── HubRateLimited       429, retryable
│   └── HubBusy          too much is being asked at once: the Hub was not asked
├── HubUnavailable       5xx, a timeout or no connection, retryable
├── HubUncertain         no answer to a change, which may have been made all the same
└── HubBadAnswer         an answer that is not what the Hub's API promises
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

MAX_MESSAGE_CHARS = 400
MAX_RETRY_AFTER_SECONDS = 3600
_RATE_LIMIT_RESET = re.compile(r";\s*t=(\d{1,9})")


class HubError(Exception):
    is_retryable = False

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str = "",
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        """The Hub's X-Error-Code, such as RepoNotFound or EntryNotFound."""
        self.retry_after_seconds = retry_after_seconds


class HubNotFound(HubError):
    pass


class HubNotSignedIn(HubError):
    pass


class HubTokenRefused(HubError):
    pass


class HubForbidden(HubError):
    pass


class HubGated(HubForbidden):
    pass


class HubConflict(HubError):
    pass


class HubRefused(HubError):
    pass


class HubRateLimited(HubError):
    is_retryable = True


class HubBusy(HubRateLimited):
    pass


class HubUnavailable(HubError):
    is_retryable = True


class HubUncertain(HubError):
    pass


class HubBadAnswer(HubError):
    pass


def error_from_answer(
    status: int, headers: Mapping[str, str], body: bytes, *, has_token: bool
) -> HubError:
    """Return what an answer other than 2xx means. `headers` are looked up in lower case."""
    code = headers.get("x-error-code", "")[:80]
    kind = _kind_of(status, code, has_token=has_token)
    return kind(
        message_of(status, headers, body),
        status=status,
        code=code,
        retry_after_seconds=retry_after_of(status, headers) if kind.is_retryable else None,
    )


def _kind_of(status: int, code: str, *, has_token: bool) -> type[HubError]:
    if code == "GatedRepo" and status in (401, 403):
        return HubGated
    if status == 401:
        return HubTokenRefused if has_token else HubNotSignedIn
    if status >= 500 and status != 501:
        return HubRefused if _is_viewers_fault(code) else HubUnavailable
    if status < 400:
        return HubBadAnswer
    return {
        403: HubForbidden,
        404: HubNotFound,
        409: HubConflict,
        412: HubConflict,
        429: HubRateLimited,
    }.get(status, HubRefused)


# huggingface/dataset-viewer at f62009e, libs/libcommon/src/libcommon/exceptions.py and
# libs/libapi/src/libapi/exceptions.py: the viewer answers 500 for a fault of a dataset, too,
# and says what in X-Error-Code. These alone are troubles of its own, which may pass.
_PASSING_FAULTS = frozenset(
    ("ResponseNotReady", "ResponseNotReadyError", "UnexpectedError", "UnexpectedApiError")
    + ("AuthCheckHubRequestError", "CreateCommitError", "DiskError", "DownloadIndexError")
    + ("ExternalServerError", "FileSystemError", "HfHubError", "JWTKeysError")
    + ("LockedDatasetTimeoutError", "PreviousStepStillProcessingError")
    + ("RetryableConfigNamesError",)
)
_FAULT_OF_A_DATASET = re.compile(r"[A-Z]\w+Error")


def _is_viewers_fault(code: str) -> bool:
    """Whether a 500 says that something is wrong with a dataset, which will stay so."""
    return code not in _PASSING_FAULTS and _FAULT_OF_A_DATASET.fullmatch(code) is not None


def message_of(status: int, headers: Mapping[str, str], body: bytes) -> str:
    """Return the Hub's own words about an error, on one line and of a bounded length."""
    text = _text_of_json(body) or headers.get("x-error-message") or _text_of_plain(headers, body)
    words = " ".join(text.split())
    if len(words) > MAX_MESSAGE_CHARS:
        words = words[: MAX_MESSAGE_CHARS - 1] + "…"
    return words or f"HTTP status {status}"


def _text_of_json(body: bytes) -> str:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(data, dict):
        return ""
    parts = [_as_text(data.get("error")) or _as_text(data.get("message"))]
    parts += [_as_text(data.get(key)) for key in ("error_description", "cause_message")]
    if not any(parts):
        errors = data.get("errors") or data.get("failed")
        parts = [_as_text(item) for item in errors[:3]] if isinstance(errors, list) else []
    return joined(parts)


def joined(parts: Iterable[str]) -> str:
    """Put an error and its causes, most of which are sentences, into one line; each once."""
    *first, last = dict.fromkeys(filter(None, parts)) or ("",)
    return ": ".join([*(part.rstrip(". ") for part in first), last])


def _as_text(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("message") or value.get("error")
    return value if isinstance(value, str) else ""


def _text_of_plain(headers: Mapping[str, str], body: bytes) -> str:
    start = body[: 4 * MAX_MESSAGE_CHARS].decode("utf-8", "replace").strip()
    if start.startswith("<") or "html" in headers.get("content-type", ""):
        title = re.search(r"<title[^>]*>([^<]{1,200})", start, re.IGNORECASE)
        return f"{title[1].strip()} (an HTML page)" if title else ""
    return "" if start.startswith(("{", "[")) else start


def retry_after_of(status: int, headers: Mapping[str, str]) -> int | None:
    """Return the pause that the answer asks for, from Retry-After or the ratelimit header."""
    seconds = _seconds_of(headers.get("retry-after", "").strip())
    # Every answer of the Hub has a ratelimit header; it only means a pause when that was the cause.
    if seconds is None and status == 429:
        reset = _RATE_LIMIT_RESET.search(headers.get("ratelimit", ""))
        seconds = int(reset[1]) if reset else None
    return None if seconds is None else min(max(seconds, 0), MAX_RETRY_AFTER_SECONDS)


def _seconds_of(value: str) -> int | None:
    if value.isascii() and value.isdigit():
        return int(value[:9])
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return round((at - datetime.now(UTC)).total_seconds())
