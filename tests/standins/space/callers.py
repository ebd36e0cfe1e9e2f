"""Who a made-up Hugging Face token belongs to, by the same rules as in the stand-in Hub."""

from hashlib import sha256

NAMED_TOKENS = {
    "hf_alice": "alice",
    "hf_finegrained": "alice",
    "hf_bob": "bob",
    "hf_admin": "admin",
}


def bearer_of(header: str | None) -> str | None:
    scheme, _, token = (header or "").partition(" ")
    return token if scheme.lower() == "bearer" and token else None


def user_of(token: str | None) -> str | None:
    if not token:
        return None
    if token.startswith("hf_oauth_"):
        return token.removeprefix("hf_oauth_").rpartition("_")[0] or None
    if token.startswith("hf_user_"):
        return token.removeprefix("hf_user_") or None
    return NAMED_TOKENS.get(token)


def id_of(token: str | None) -> str | None:
    user = user_of(token)
    return sha256(user.encode()).hexdigest()[:24] if user else None
