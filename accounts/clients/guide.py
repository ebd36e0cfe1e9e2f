"""What a guide to one client is made of. Pure: no I/O."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

KEY_TO_COME = "YOUR_ACCESS_KEY"
"""Stands for a key that the person does not have yet."""


class Group(StrEnum):
    EDITORS = "Editors"
    DESKTOP = "Desktop apps"
    TERMINAL = "In the terminal"
    WEB = "On the web"
    CODE = "Code and programs"


class Way(StrEnum):
    """How a client shows whom it acts for."""

    SIGN_IN = "sign-in"
    """It opens a browser, where the person signs in and agrees."""
    KEY = "key"
    """It sends an access key with each request."""


@dataclass(frozen=True)
class Address:
    """What a client is to be connected to."""

    url: str
    key: str = ""
    """To be sent along; "" where the client signs its person in, or need not."""
    is_open: bool = False
    """Whether it serves who shows nothing, so that no client begins to sign anybody in."""

    @property
    def signs_in(self) -> bool:
        return not (self.key or self.is_open)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    @property
    def header_line(self) -> str:
        return "".join(f"{name}: {value}" for name, value in self.headers.items())

    @property
    def has_key_to_come(self) -> bool:
        return self.key == KEY_TO_COME


@dataclass(frozen=True)
class CodeBlock:
    label: str
    """Where the text goes: a file, a terminal, a dialog."""
    text: str

    @property
    def has_key_to_come(self) -> bool:
        return KEY_TO_COME in self.text


@dataclass(frozen=True)
class Place:
    """Where a file is on one operating system."""

    system: str
    path: str


@dataclass(frozen=True)
class InstallLink:
    label: str
    href: str


@dataclass(frozen=True)
class Step:
    text: str
    blocks: tuple[CodeBlock, ...] = ()
    places: tuple[Place, ...] = ()
    link: InstallLink | None = None
    is_instead: bool = False
    """Whether it is another way to do what the step before does."""


Steps = Callable[[Address], list[Step]]


@dataclass(frozen=True)
class Client:
    slug: str
    title: str
    group: Group
    documentation: str
    """Where its maker says how it is configured: what the steps were written from."""
    steps: Steps
    ways: tuple[Way, ...] = (Way.SIGN_IN, Way.KEY)
    is_remote: bool = False
    """Whether it runs on its maker's computers, which reach only what is on the internet."""
    takes_client_id: bool = False
    """Whether one can give it an OAuth client made by hand, should it not register by itself."""
    redirect_uris: tuple[str, ...] = ()
    """Of such a client, where they are always the same."""
    is_unnamed: bool = False
    """Whether it stands for all that have no guide of their own."""

    @property
    def heading(self) -> str:
        return "Connect another client" if self.is_unnamed else f"Connect {self.title}"

    @property
    def subject(self) -> str:
        """What it is called where a sentence begins."""
        return "Your client" if self.is_unnamed else self.title

    @property
    def called(self) -> str:
        """What it is called within a sentence."""
        return "your client" if self.is_unnamed else self.title

    @property
    def own_name(self) -> str:
        """What to call what is made for it; "" leaves that to the person."""
        return "" if self.is_unnamed else self.title


def numbered(steps: list[Step]) -> list[tuple[Step, list[Step]]]:
    """Return each step with those that could be taken instead of it."""
    found: list[tuple[Step, list[Step]]] = []
    for step in steps:
        if step.is_instead:
            found[-1][1].append(step)
        else:
            found.append((step, []))
    return found


def in_home(path: str) -> tuple[Place, ...]:
    """Return the places of a file in the person's own folder; `path` is what comes after it."""
    windows = path.replace("/", "\\")
    return (Place("macOS and Linux", f"~/{path}"), Place("Windows", f"%USERPROFILE%\\{windows}"))
