"""The key of a sandbox, computed at each call from its job's labels: nothing is stored.

With a token of a person's own it is what huggingface_hub makes of it too, so that either can use
the other's sandboxes. A token from a sign-in is replaced by another every few hours: with one, the
key comes from this server's secret and the person instead, and lasts as long as the sandbox.
"""

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256

from django.utils.crypto import salted_hmac

from accounts.identity import WhoAmI

NONCE_LABEL = "hf-sandbox-nonce"
KEY_LABEL = "hf-sandbox-key"
BY_SERVER = "hfmcp"

_NONCE = re.compile(r"[0-9a-f]{32}", re.ASCII)


def labels_of_key(nonce: str, who: WhoAmI) -> dict[str, str]:
    return {NONCE_LABEL: nonce} | ({KEY_LABEL: BY_SERVER} if who.auth.type == "oauth" else {})


def key_of(labels: Mapping[str, str], token: str, who: WhoAmI) -> str | None:
    """Return what opens the sandbox with these labels, None when they are none of a sandbox."""
    nonce = labels.get(NONCE_LABEL, "")
    if not _NONCE.fullmatch(nonce):
        return None
    if labels.get(KEY_LABEL) == BY_SERVER:
        return salted_hmac("hfmcp.sandbox", f"{who.id}:{nonce}", algorithm="sha256").hexdigest()
    return hmac.new(token.encode(), f"hf-sandbox:{nonce}".encode(), sha256).hexdigest()
