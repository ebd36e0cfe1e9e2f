"""The one thing that somebody should know of an app before they let it in. Pure: no I/O.

Several may be true of one app. Whoever reads a row of warnings reads none, so the gravest is shown.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.authorization.redirects import Destination


@dataclass(frozen=True)
class Warning:
    title: str
    advice: str


OTHER_LETTERS = Warning(
    "This name is not what it looks like.",
    "It mixes letters of several alphabets, as names do that imitate another. Deny, unless you "
    "know why.",
)
PROGRAM = Warning(
    "This goes to a program on the computer in front of you, and this server cannot tell which "
    "one.",
    "If you did not start this yourself just now, deny.",
)
UNVERIFIED = Warning(
    "Anybody can register an app under any name.",
    "Authorize it only if you have just connected this server in an app of yours.",
)


def imitates(name: str, publisher: str) -> Warning:
    return Warning(
        f"{name} is also the name of an app from {publisher}, and this is not that one.",
        "Deny, unless you know the site that access goes to.",
    )


def gravest_warning(
    name: str,
    publisher: str | None,
    destination: Destination,
    publishers_of_name: Iterable[str] = (),
) -> Warning | None:
    """Return what to say of an app; None for one that a site vouches for and that is on a site.

    `publishers_of_name` are the sites that vouch for an app of the same name.
    """
    if _mixes_alphabets(name):
        return OTHER_LETTERS
    others = [each for each in publishers_of_name if each not in (publisher, destination.name)]
    if others and publisher is None and not destination.is_local:
        return imitates(name, others[0])
    if destination.is_local:
        return PROGRAM
    return UNVERIFIED if publisher is None else None


def _mixes_alphabets(name: str) -> bool:
    """Return whether a word has Latin letters beside those that are easily taken for them: of other
    alphabets, or Latin ones in another form, such as ｌ or ⅽ.
    """
    return any(len(_alphabets(word)) > 1 for word in name.split())


OTHER_FORM = "other form of Latin"
LOOK_ALIKE = ("CYRILLIC", "GREEK", "CHEROKEE", "COPTIC", "ARMENIAN")


def _alphabets(word: str) -> set[str]:
    letters = (each for each in word if each.isalpha() or unicodedata.category(each) == "Nl")
    return {*map(_alphabet, letters)} & {"LATIN", OTHER_FORM, *LOOK_ALIKE}


def _alphabet(letter: str) -> str:
    plain = unicodedata.normalize("NFKC", letter)
    if plain.isascii() and plain.isalpha() and not letter.isascii():
        return OTHER_FORM
    return unicodedata.name(letter, "").partition(" ")[0]
