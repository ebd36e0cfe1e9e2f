"""What the assistant reads in place of the result of a call that is not made."""

from collections.abc import Iterable

from accounts.consequences import Kind

REPLAYED = (
    "Not done: this answer was used already, and an approval counts once; or the person refused "
    "the call elsewhere. To ask again, make the call anew, without requestState."
)
REFUSED = (
    "Not done: the person refused it. Do not try it again, or in another way, unless they ask for "
    "it."
)
CHANGED = (
    "Not done: what the call changes has changed since the person was asked. Look at it again; if "
    "the call is still right, make it again, and they are asked about what is there now."
)
CREDENTIAL_ENDED = (
    "Not done: while the call waited for the person, its credential ended or lost what it needs."
)
UNANSWERED = "Not done: the person gave no answer."
CANNOT_ASK = (
    "Not done: it needs the person's approval, and this client cannot ask them. Whoever starts "
    "this server can change that: --ask if-possible, without --account."
)
NO_ANSWER = "The client brought no answer. "
NOT_DECIDED_YET = "They have not decided yet. "
_DEEDS = {
    Kind.DELETE: "delete or overwrite what is theirs",
    Kind.PUBLISH: "publish anything",
    Kind.SPEND: "spend money or quota",
}


def at_page(url: str, why: str) -> str:
    return (
        f"Not done yet: it needs the person's approval. {why}Show the person this address, where "
        f"they see exactly what is to be done and approve or refuse it: {url} Once they have "
        "approved it, make the same call again, with the same arguments, within ten minutes."
    )


def declined(url: str) -> str:
    """Some clients decline by themselves, and their person knows nothing of it."""
    return (
        f"{REFUSED} If they did not decide that themselves, because this client declined without "
        f"asking them, show them this address, where they can still approve it: {url} Once they "
        "have approved it, make the same call again, within ten minutes."
    )


def too_many(approvals_url: str | None) -> str:
    where = f" at {approvals_url}" if approvals_url else ""
    return (
        "Not done: too many calls wait for the person's approval already. Ask them to decide about "
        f"those first{where}, and then make the call again."
    )


def forbidden_by_group(kinds: Iterable[Kind], why_not: str) -> str:
    return f"Not done: tools may not {_deeds(kinds)} here. {why_not}"


def _deeds(kinds: Iterable[Kind]) -> str:
    return " or ".join(_DEEDS[kind] for kind in sorted(kinds) if kind in _DEEDS)


def forbidden(kinds: Iterable[Kind], approvals_url: str | None) -> str:
    deeds = _deeds(kinds)
    change = f" They can change that at {approvals_url}." if approvals_url else ""
    return (
        f"Not done: the person chose that tools never {deeds}. A job or sandbox that gets their "
        f"token, or a bucket to write to, counts as that.{change}"
    )
