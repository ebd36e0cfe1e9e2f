"""What the assistant reads in place of the result of a call that is not made."""

from collections.abc import Iterable

from accounts.consequences import Kind

REPLAYED = (
    "Not done: this answer was used already, and an approval counts once. To ask the person again, "
    "make the call anew, without requestState."
)
REFUSED = (
    "Not done: the person refused it. Do not try it again, or in another way, unless they ask for "
    "it."
)
TOO_MANY = (
    "Not done: too many calls wait for the person's approval already. Ask them to decide about "
    "those first."
)
UNANSWERED = "Not done: the person gave no answer."
CANNOT_ASK = (
    "Not done: it needs the person's approval, and this client cannot ask them. Whoever starts "
    "this server can change that: --ask if-possible, without --account."
)
_DEEDS = {
    Kind.DELETE: "delete or overwrite what is theirs",
    Kind.PUBLISH: "publish anything",
    Kind.SPEND: "spend money or quota",
}


def at_page(url: str, *, was_asked: bool) -> str:
    why = "The client brought no answer." if was_asked else "It needs the person's approval."
    return (
        f"Not done yet. {why} Show them this address, where they see exactly what is to be done "
        f"and approve or refuse it: {url} Once they approved it, make the same call again, with "
        "the same arguments, within ten minutes."
    )


def forbidden(kinds: Iterable[Kind], settings_url: str | None) -> str:
    deeds = " or ".join(_DEEDS[kind] for kind in sorted(kinds) if kind in _DEEDS)
    change = f" They can change that at {settings_url}#approval-choices." if settings_url else ""
    return f"Not done: the person chose that tools never {deeds}.{change}"
