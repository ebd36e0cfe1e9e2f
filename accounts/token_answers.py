"""Token responses of Hugging Face (RFC 6749, 5.1).

Pure: no I/O.

What is needed has to be right. What is odd about the rest costs no sign-in: with a refresh, the
answer is the only copy there is of what replaces a refresh token.
"""

import math
from datetime import datetime, timedelta
from typing import Annotated, Any

from django.utils import timezone
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

MAX_TOKEN = 8_192
MAX_SCOPE = 4_096
LONGEST = timedelta(days=366)
"""As long as anybody's tokens hold is taken for granted; then they are renewed or refused."""


def _lifetime(value: Any) -> float | None:
    """Return seconds, None for what is no length of time: the token holds until it is refused."""
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        # Too large a number of digits for a float is a long time, if it is a number at all.
        seconds = math.inf if isinstance(value, int) and value > 0 else math.nan
    return min(seconds, LONGEST.total_seconds()) if seconds > 0 else None


def _words(value: Any) -> str:
    is_fit = isinstance(value, str) and len(value) <= MAX_SCOPE and value.isascii()
    return " ".join(value.split()) if is_fit and value.isprintable() else ""


def _token_or_none(value: Any) -> str:
    is_fit = isinstance(value, str) and len(value) <= MAX_TOKEN
    return value if is_fit and value.isascii() and value.isprintable() else ""


class TokenAnswer(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)  # it would hold the tokens

    access_token: Annotated[str, StringConstraints(strict=True, pattern=r"^[!-~]{1,8192}$")]
    token_type: Annotated[str, StringConstraints(pattern=r"^(?i:bearer)$")] = "bearer"  # noqa: S105
    refresh_token: Annotated[str, BeforeValidator(_token_or_none)] = ""
    """ "" for none."""
    expires_in: Annotated[float | None, BeforeValidator(_lifetime)] = None
    scope: Annotated[str, BeforeValidator(_words)] = ""
    """ "" for as it was asked."""
    id_token: str = ""

    def expires_at(self) -> datetime | None:
        if self.expires_in is None:
            return None
        return timezone.now() + timedelta(seconds=self.expires_in)
