"""Who may ask how often: an address as nobody, a person, each of their clients, each class of tool.

The one place that says so; accounts.buckets counts. Each request is counted when it comes in, for
the credential that it brings or else for its address (`enter`), and once more when it is known what
it asks for (`charge`). A call is charged as one question to the Hub. What it asks beyond that, and
what a list asks about Spaces, is charged when it is asked (accounts.outgoing.budgets).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from hashlib import blake2b
from typing import Any

from django.conf import settings

from accounts.buckets import Draw, Rate, buckets, retry_after
from accounts.caching import BoundedCache, approximate_bytes, remember_short
from accounts.catalogue import Effect
from accounts.groups.offers import NO_LIMITS
from accounts.outgoing.budgets import Budget, current_budget, open_budget
from accounts.proxies import network_of
from mcpendpoint.access.who import ANONYMOUS, Caller
from mcpendpoint.gradio.naming import prefix_of
from mcpendpoint.gradio.uris import uri_there
from mcpendpoint.protocol.messages import MalformedMessage, Message, RequestId, error_message
from mcpendpoint.protocol.request_head import RequestHead
from mcpendpoint.tools.markdown import count
from mcpendpoint.tools.registry import by_name

TOO_MANY = 429
"""Our JSON-RPC error code: the same as the HTTP status, outside of what JSON-RPC reserves."""

MAX_KNOWN_BYTES = 10_000_000

MAX_SUBJECT_CHARS = 100
"""Of the name of a bucket: accounts.buckets keeps up to 50,000 of them."""

_ASKS_THE_HUB = frozenset({"resources/read", "prompts/get", "completion/complete"})

_PAGES = "pages"
"""In place of a client's id."""

Parsed = Message | MalformedMessage | list[Message | MalformedMessage]


class Limit(StrEnum):
    ANONYMOUS = "anonymous"
    WRONG_CREDENTIALS = "wrong_credentials"
    USER = "user"
    CLIENT = "client"
    # By class of tool:
    CHEAP = "cheap"
    HUB = "hub"
    SPACE = "space"
    WRITE = "write"

    @property
    def is_by_class(self) -> bool:
        return self in {Limit.CHEAP, Limit.HUB, Limit.SPACE, Limit.WRITE}

    @property
    def per_minute(self) -> int:
        return int(getattr(settings, f"LIMIT_{self.name}_PER_MINUTE"))

    def per_minute_of(self, caller: Caller) -> int:
        """Return what holds for this person: their groups' word goes before the deployment's."""
        own = caller.offer.limits
        if own is NO_LIMITS:
            return self.per_minute
        of_group = {
            Limit.USER: own.requests_per_minute,
            Limit.WRITE: own.writes_per_minute,
            Limit.SPACE: own.space_calls_per_minute,
        }.get(self)
        return self.per_minute if of_group is None else of_group


_WHAT = {
    Limit.ANONYMOUS: "requests from your address without a credential",
    Limit.WRONG_CREDENTIALS: "wrong credentials from your address",
    Limit.USER: "requests of this person",
    Limit.CLIENT: "requests with this credential",
    Limit.CHEAP: "calls of tools",
    Limit.HUB: "calls that ask the Hub",
    Limit.SPACE: "calls of Spaces",
    Limit.WRITE: "calls of tools that change something",
}


class TooMany(Exception):
    """Over a limit; `retry_after_seconds` is when it is worth another try.

    `caller` has nothing but the kind of credential, the user and what they are offered.
    """

    def __init__(self, bucket: str, retry_after_seconds: int, caller: Caller) -> None:
        limit = Limit(bucket.partition(":")[0])
        wait = count(retry_after_seconds, "second")
        super().__init__(f"Too many {_WHAT[limit]}. Wait {wait}, then try again.")
        self.bucket = bucket
        self.limit = limit
        self.retry_after_seconds = retry_after_seconds
        self.caller = caller


@dataclass(frozen=True)
class _Known:
    """A credential that was good when it was looked at last."""

    caller: Caller
    """Without anything but the kind of credential, the user and what they are offered."""
    person: str
    draws: tuple[Draw, ...]
    hub: Draw
    """For one question to the Hub."""


_known: BoundedCache[str, _Known] = BoundedCache(max_bytes=MAX_KNOWN_BYTES)
"""By what `Authorization` says, as a digest would cost more than all else here."""


def enter(address: str, authorization: str | None) -> None:
    """Count a request, before it is read. Raises TooMany."""
    known = None if authorization is None else _known.get(authorization)
    if known is not None:
        _take(known.draws, known.caller)
        return
    network = network_of(address)
    fee = _draw(Limit.ANONYMOUS, network)
    if authorization is not None:
        # An address that tries out credentials; those that were seen to be good still work there.
        suspicion = _draw(Limit.WRONG_CREDENTIALS, network)
        if seconds := buckets.wait(suspicion):
            raise _too_many(suspicion, seconds, ANONYMOUS)
    _take((fee,), ANONYMOUS)


def count_wrong_credential(head: RequestHead) -> None:
    if authorization := head.headers.get("authorization"):
        _known.pop(authorization)
        buckets.spend(_draw(Limit.WRONG_CREDENTIALS, network_of(head.client_address)))


def charge(caller: Caller, head: RequestHead, parsed: Parsed) -> None:
    """Charge the messages of an accepted request, all or none. Raises TooMany."""
    messages = parsed if isinstance(parsed, list) else [parsed]
    known = _remember(caller, head) if caller.is_signed_in else None
    calls = _calls_by_class(messages)
    further = len(messages) - 1
    person = known.person if known else network_of(head.client_address)
    hub = known.hub if known else _draw(Limit.HUB, person)
    _open_budget(hub, prepaid=sum(calls.values()))
    if not calls and not further:
        return
    draws = known.draws if known else (_draw(Limit.ANONYMOUS, person),)
    wanted = [draw._replace(cost=further) for draw in draws] if further else []
    wanted += [_draw_of(caller, limit, person, count) for limit, count in calls.items()]
    _take(wanted, caller)


def charge_page(caller: Caller, message: Message) -> None:
    """Charge a call that somebody makes on a page of this site, as one of a client of their own.

    Raises TooMany.
    """
    person = f"{caller.user_id}"
    calls = _calls_by_class([message])
    _open_budget(_draw_of(caller, Limit.HUB, person), prepaid=sum(calls.values()))
    draws = [_draw_of(caller, Limit.USER, person), _draw(Limit.CLIENT, f"{person}:{_PAGES}")]
    draws += [_draw_of(caller, limit, person, count) for limit, count in calls.items()]
    _take(draws, caller)


def _open_budget(draw: Draw, *, prepaid: int) -> None:
    wait, pay = partial(buckets.wait, draw), partial(buckets.spend, draw)
    open_budget(Budget(prepaid, wait, pay))


def wait_of_budget() -> TooMany | None:
    """Return why nothing could be asked of others for this request, if that was so."""
    budget = current_budget()
    if budget is None or not budget.was_refused:
        return None
    return TooMany(Limit.HUB, retry_after(budget.seconds_to_wait()), ANONYMOUS)


def _take(draws: Sequence[Draw], caller: Caller) -> None:
    seconds, which = buckets.take(draws)
    if which >= 0:
        raise _too_many(draws[which], seconds, caller)


def explain(too_many: TooMany, request_id: RequestId | None = None) -> dict[str, Any]:
    """Return the JSON-RPC error that goes with HTTP's 429."""
    return error_message(TOO_MANY, str(too_many), request_id, data_of(too_many))


def data_of(too_many: TooMany) -> dict[str, Any]:
    return {"limit": too_many.limit, "retryAfterSeconds": too_many.retry_after_seconds}


def _calls_by_class(messages: Iterable[Message | MalformedMessage]) -> Mapping[Limit, int]:
    counts: dict[Limit, int] = {}
    for message in messages:
        limit = _class_of(message) if isinstance(message, Message) else None
        if limit is not None:
            counts[limit] = counts.get(limit, 0) + 1
    return counts


def _class_of(message: Message) -> Limit | None:
    if message.method in _ASKS_THE_HUB:
        return Limit.SPACE if _is_of_space(message.params or {}) else Limit.HUB
    if message.method == "tools/call":
        return tool_class((message.params or {}).get("name"))
    return None


def _is_of_space(params: Mapping[str, Any]) -> bool:
    """Whether a prompt or a resource, of which its name tells, is a Space's, which it runs."""
    name, uri = params.get("name"), params.get("uri")
    if isinstance(name, str):
        return prefix_of(name) is not None
    return isinstance(uri, str) and uri_there(uri) is not None


def built_in_tool_of(message: Message) -> str:
    """Return the name of the tool that is called, if it is one of ours, else ""."""
    name = (message.params or {}).get("name") if message.method == "tools/call" else None
    return name if isinstance(name, str) and name in by_name else ""


def tool_class(name: object) -> Limit:
    """Return the limit of calls of this tool. What is no tool of ours is taken for a Space's."""
    tool = by_name.get(name) if isinstance(name, str) else None
    if tool is None:
        return Limit.SPACE
    if Effect.WRITE in tool.effects:
        return Limit.WRITE
    if Effect.SPEND in tool.effects:
        return Limit.SPACE
    return Limit.HUB if tool.is_open_world else Limit.CHEAP


def _remember(caller: Caller, head: RequestHead) -> _Known:
    authorization = head.headers["authorization"]
    known = _known.get(authorization)
    if known is None or known.caller.offer.limits != caller.offer.limits:
        person = f"{caller.user_id}" if caller.user_id else f"@{(caller.username or '').lower()}"
        # A client's tokens follow one another; a key or a token of Hugging Face is a client itself.
        client = caller.client_id or _digest(authorization)
        holder = f"{person}:{client}"
        if len(holder) > MAX_SUBJECT_CHARS:  # a client's id may be a long URL of its own choice
            holder = _digest(holder)
        draws = (_draw_of(caller, Limit.USER, person), _draw(Limit.CLIENT, holder))
        only = Caller(caller.credential, caller.user_id, offer=caller.offer)
        known = _Known(only, person, draws, _draw_of(caller, Limit.HUB, person))
        size = approximate_bytes(authorization) + approximate_bytes(known)
        _known.put(authorization, known, size_bytes=size)
    return known


def _too_many(draw: Draw, seconds: float, caller: Caller) -> TooMany:
    return TooMany(draw.key, retry_after(seconds), caller)


@remember_short(max_bytes=8_000_000, max_chars=MAX_SUBJECT_CHARS)
def _draw(limit: Limit, subject: str, cost: int = 1) -> Draw:
    return Draw(f"{limit}:{subject}", Rate(limit.per_minute), cost)


def _draw_of(caller: Caller, limit: Limit, subject: str, cost: int = 1) -> Draw:
    draw = _draw(limit, subject, cost)
    per_minute = limit.per_minute_of(caller)
    return draw if per_minute == draw.rate.count else draw._replace(rate=Rate(per_minute))


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
