"""Which assistants somebody has, by the key or app they come with, and how each of them is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from accounts.audit import Action
from accounts.authorization.connections import ConnectedApp
from accounts.models import AccessKey, User
from dashboard.home.calls import HOUR, LastHour, Source
from dashboard.models import PersonCount
from dashboard.ranges import DAY

SEEN_WITHIN = timedelta(days=30)
MAX_ROWS = 500
"""Days of clients that are read: a client can call itself anything."""
MAX_SHOWN = 12
ENDS_SOON = timedelta(days=7)

NAMELESS = "A client that gives no name"
KEY, APP, HUB_TOKEN = "access_key", "oauth", "hf_token"


@dataclass(frozen=True)
class Sighting:
    """When a client was heard of last."""

    source: Source
    version: str
    protocol: str
    at: datetime


@dataclass(frozen=True)
class Assistant:
    name: str
    """What the client calls itself, or what its person calls the key of one that never came."""
    version: str
    holds: str
    """What it comes with, in words."""
    protocol: str
    last_at: datetime | None
    is_active: bool
    last_hour: LastHour
    trouble: str = ""
    """What is wrong with what it comes with, or soon will be."""
    mend_label: str = ""
    mend_url: str = ""

    @property
    def calls_url(self) -> str:
        """Of their log, as far as it is about this client."""
        named = {"client": self.name} if self.name != NAMELESS else {"action": Action.TOOL_CALL}
        return f"{reverse('accounts:activity')}?{urlencode(named)}"


@dataclass(frozen=True)
class Holding:
    """A key or app, and what its person has to do about it."""

    words: str
    last_at: datetime | None
    trouble: str = ""
    mend_label: str = ""
    mend_url: str = ""


def sightings(user: User, now: datetime) -> list[Sighting]:
    """Return this user's clients, each once, last heard of first."""
    rows = (
        PersonCount.objects.filter(user_id=user.pk, step_seconds=DAY, period__gte=now - SEEN_WITHIN)
        .order_by("-period")
        .values_list(
            *("credential", "credential_name", "client_name"),
            *("client_version", "protocol_version", "last_at"),
        )[:MAX_ROWS]
    )
    newest: dict[Source, Sighting] = {}
    for *source, version, protocol, at in rows:
        seen = Sighting(Source(*source), version, protocol, at)
        known = newest.get(seen.source)
        if known is None or known.at < at:
            newest[seen.source] = seen
    return sorted(newest.values(), key=lambda seen: seen.at, reverse=True)


def assistants(
    seen: Iterable[Sighting],
    keys: Iterable[AccessKey],
    apps: Iterable[ConnectedApp],
    hours: Mapping[Source, LastHour],
    now: datetime,
) -> list[Assistant]:
    """Return those that can call, or could and have to be let in again; last heard of first."""
    held = _holdings(keys, apps, now)
    rows, used = [], set()
    for sighting in seen:
        source = sighting.source
        holding = held.get((source.credential, source.credential_name))
        if holding is None:
            continue
        used.add((source.credential, source.credential_name))
        rows.append(_seen(sighting, holding, hours.get(source, LastHour()), now))
    for (kind, name), holding in held.items():
        if (kind, name) not in used and kind != HUB_TOKEN:
            rows.append(_unseen(name, holding))
    return rows


def ends_in_words(key: AccessKey, now: datetime) -> str:
    """Return when a key ends, if that is soon or was before; "" otherwise."""
    if key.expires_at is None or key.expires_at - now > ENDS_SOON:
        return ""
    if key.expires_at <= now:
        return "has ended"
    days = (key.expires_at - now).days
    return f"ends in {days} day{'s' if days > 1 else ''}" if days else "ends within a day"


def _holdings(
    keys: Iterable[AccessKey], apps: Iterable[ConnectedApp], now: datetime
) -> dict[tuple[str, str], Holding]:
    held = {(HUB_TOKEN, ""): Holding("with your Hugging Face token", None)}
    for key in keys:
        held[KEY, key.name] = _key(key, now)
    # Of several of one name the one counts that can call, and was used last.
    for app in sorted(apps, key=lambda app: app.ended):
        held.setdefault((APP, app.name), _app(app))
    return held


def _key(key: AccessKey, now: datetime) -> Holding:
    words = f"with the key “{key.name}”"
    ends = ends_in_words(key, now)
    if not ends:
        return Holding(words, key.last_used_at)
    url = reverse("accounts:keys")
    return Holding(words, key.last_used_at, f"The key {ends}", "Make a new key", url)


def _app(app: ConnectedApp) -> Holding:
    origin = f" from {app.publisher}" if app.publisher else ""
    words = f"as the app “{app.name}”{origin}"
    if not app.ended:
        return Holding(words, app.last_used_at)
    url = reverse("connect:choose")
    return Holding(words, app.last_used_at, "Its access has ended", "Authorize it again", url)


def _seen(sighting: Sighting, holding: Holding, hour: LastHour, now: datetime) -> Assistant:
    return Assistant(
        name=sighting.source.client_name or NAMELESS,
        version=sighting.version,
        holds=holding.words,
        protocol=sighting.protocol,
        last_at=sighting.at,
        is_active=now - sighting.at <= HOUR and not holding.trouble.endswith("ended"),
        last_hour=hour,
        **_trouble(holding),
    )


def _unseen(name: str, holding: Holding) -> Assistant:
    return Assistant(
        name=name,
        version="",
        holds=holding.words,
        protocol="",
        last_at=holding.last_at,
        is_active=False,
        last_hour=LastHour(),
        **_trouble(holding),
    )


def _trouble(holding: Holding) -> dict[str, str]:
    return {
        "trouble": holding.trouble,
        "mend_label": holding.mend_label,
        "mend_url": holding.mend_url,
    }
