"""What is said to a person who waits for their client: how far it came, or what went wrong and what
to do. Pure: no I/O.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from accounts.connecting import Stage
from mcpendpoint.access.arrivals import Seen, Story
from mcpendpoint.tools.markdown import count

FOLLOW_SECONDS = 6.0
"""By then a client that was told to sign in has begun to."""
RETURN_SECONDS = 15.0
"""By then a client has fetched what it was given."""
QUIET_SECONDS = 45.0
"""After this time it is worth a look at the address."""

BY_SOMEBODY_ELSE = (
    "If it was not yours, somebody else may have sent it: your address is no secret, and it gave "
    "them nothing."
)
ADD_AGAIN = "Remove the server in your client and add it again: it then registers anew."


class State(StrEnum):
    WAITING = "waiting"
    ON_THE_WAY = "on_the_way"
    TROUBLE = "trouble"
    CONNECTED = "connected"
    DONE = "done"
    """Connected, and a call was answered: there is nothing to wait for."""


@dataclass(frozen=True)
class Progress:
    state: State
    headline: str
    lines: tuple[str, ...] = ()
    advice: str = ""

    @property
    def is_done(self) -> bool:
        return self.state is State.DONE


@dataclass(frozen=True)
class _Trouble:
    says: Callable[[Mapping[str, str]], str]
    advice: str
    over_by: frozenset[Stage] = field(
        default=frozenset({Stage.ASKED, Stage.AGREED, Stage.CONNECTED})
    )
    """What shows, when it comes later, that this is past."""


_UNTIL_CONNECTED = frozenset({Stage.CONNECTED})
_UNTIL_CALLED = frozenset({Stage.CALLED})

_TROUBLES: dict[Stage, _Trouble] = {
    Stage.WRONG_KEY: _Trouble(
        lambda facts: "A client came with a key or token that is not good here.",
        "It may be mistyped, revoked, expired, or of another server. Copy the key again, or make a "
        f"new one. {BY_SOMEBODY_ELSE}",
        _UNTIL_CONNECTED,
    ),
    Stage.MOVED: _Trouble(
        lambda facts: f"Your client uses {facts.get('path')}, the address of a name you had.",
        "It was told of your new address, and did not follow. Give it the one above.",
        _UNTIL_CONNECTED,
    ),
    Stage.ADDRESS_OF_ANOTHER: _Trouble(
        lambda facts: f"Your client uses {facts.get('path')}, the address of somebody else.",
        "Give it the one above, exactly.",
        _UNTIL_CONNECTED,
    ),
    Stage.NO_SUCH_ADDRESS: _Trouble(
        lambda facts: f"A client asked for {facts.get('path')}, and there is nothing.",
        f"Give it the address above, exactly. {BY_SOMEBODY_ELSE}",
        _UNTIL_CONNECTED,
    ),
    Stage.BLOCKED: _Trouble(
        lambda facts: "An operator of this server keeps you or your client out.",
        "Only they can change that: ask whoever runs this server.",
    ),
    Stage.REGISTRATION_REFUSED: _Trouble(
        lambda facts: "A client from the same network could not register.",
        "It named no address to which this server sends codes. If it was yours, update it, or use "
        "an access key. It may have been somebody else’s on your network.",
    ),
    Stage.CLIENT_UNKNOWN: _Trouble(
        lambda facts: "Your client came with an id that this server does not know.",
        f"It is of an earlier registration, or of another server. {ADD_AGAIN}",
    ),
    Stage.REDIRECT_REFUSED: _Trouble(
        lambda facts: "Your client wants the answer at an address that it did not register.",
        f"{ADD_AGAIN} If you made its id here, make one with the address that it shows.",
    ),
    Stage.REQUEST_REFUSED: _Trouble(
        lambda facts: f"Your client’s request was refused: {facts.get('why')}",
        ADD_AGAIN,
    ),
    Stage.DENIED: _Trouble(
        lambda facts: f"You did not let {facts.get('client')} in.",
        "If you want to, begin the sign-in in your client once more.",
    ),
    Stage.LIMITED: _Trouble(
        lambda facts: "Your client asked too often.",
        "It works again in a minute; if it stays so, stop what repeats its requests.",
        _UNTIL_CONNECTED | _UNTIL_CALLED,
    ),
    Stage.SCOPE_REFUSED: _Trouble(
        lambda facts: "Your client is connected, and may not do what it just tried.",
        "Change what the app or key may do: Settings, Connected apps or Access keys.",
        _UNTIL_CALLED,
    ),
}


def progress_of(story: Story, now: float, since: float) -> Progress:
    """Return what to say; `story` is what came since the person began to wait.

    What may be a stranger's is said only while nothing came that is the person's: else anybody
    could cover what keeps their client out.
    """
    if proven := {stage: seen for stage, seen in story.items() if stage.is_proven}:
        story = proven
    if trouble := _trouble_in(story):
        return trouble
    if connected := story.get(Stage.CONNECTED):
        return _connected(story, connected)
    return _on_the_way(story, now) or _waiting(now - since)


def _trouble_in(story: Story) -> Progress | None:
    found = [
        (seen.at, stage)
        for stage, seen in story.items()
        if stage in _TROUBLES and not _is_over(stage, seen, story)
    ]
    if not found:
        return None
    stage = max(found)[1]
    trouble = _TROUBLES[stage]
    says = trouble.says(story[stage].facts)
    if stage is not Stage.SCOPE_REFUSED and Stage.CONNECTED in story:
        # Whatever else fails, the person sees first what works.
        return None
    return Progress(State.TROUBLE, says, advice=trouble.advice)


def _is_over(stage: Stage, seen: Seen, story: Story) -> bool:
    return any(
        later in story and story[later].at > seen.at and _went_well(later, story[later])
        for later in _TROUBLES[stage].over_by
    )


def _went_well(stage: Stage, seen: Seen) -> bool:
    return stage is not Stage.CALLED or seen.facts.get("outcome") == "ok"


def _connected(story: Story, connected: Seen) -> Progress:
    client = connected.facts.get("client", "")
    name = f"{client} {connected.facts.get('version', '')}".strip() or "Your client"
    listed, called = (_of_client(story, each, client) for each in (Stage.LISTED, Stage.CALLED))
    lines = []
    if listed:
        lines.append(f"It was given {count(int(listed.facts.get('tools', 0)), 'tool')}.")
    if called:
        is_answered = called.facts.get("outcome") == "ok"
        how = "was answered" if is_answered else "failed"
        lines.append(f"A call of {called.facts.get('tool') or 'a tool'} {how}.")
        state = State.DONE if is_answered else State.CONNECTED
        return Progress(state, f"{name} is connected.", tuple(lines))
    return Progress(
        State.CONNECTED,
        f"{name} is connected.",
        tuple(lines),
        "Try it: ask your assistant who you are on Hugging Face.",
    )


def _of_client(story: Story, stage: Stage, client: str) -> Seen | None:
    seen = story.get(stage)
    # A client of before 2026-07-28 says its name once, when it connects.
    return seen if seen and seen.facts.get("client") in ("", client) else None


def _on_the_way(story: Story, now: float) -> Progress | None:
    agreed, asked = story.get(Stage.AGREED), story.get(Stage.ASKED)
    challenged, read = story.get(Stage.CHALLENGED), story.get(Stage.METADATA_READ)
    if agreed:
        if now - agreed.at < RETURN_SECONDS:
            return _under_way("You agreed. Your client is fetching what it was given.")
        return Progress(
            State.TROUBLE,
            "You agreed, and your client did not come back.",
            advice="Your browser may have kept it from opening, or it stopped to wait. Begin the "
            "sign-in in your client once more.",
        )
    if asked:
        return _under_way(f"{asked.facts.get('client')} asks for your agreement in your browser.")
    if read and (not challenged or read.at >= challenged.at) and now - read.at < RETURN_SECONDS:
        return _under_way("A client found out how to sign in here. Your browser should open.")
    if challenged:
        if now - challenged.at < FOLLOW_SECONDS:
            return _under_way("A client came, and was told to sign in.")
        return Progress(
            State.TROUBLE,
            "A client was told to sign in, and did not begin to.",
            advice="Start the sign-in in your client, often called Authenticate or Connect. If it "
            f"has none, use an access key. {BY_SOMEBODY_ELSE}",
        )
    return None


def _under_way(headline: str) -> Progress:
    return Progress(State.ON_THE_WAY, headline)


def _waiting(seconds: float) -> Progress:
    advice = ""
    if seconds > QUIET_SECONDS:
        advice = (
            "Nothing has come yet. Compare the address in your client with the one above, start "
            "the client again, and see whether it can reach this server at all."
        )
    return Progress(State.WAITING, "Waiting for your client…", advice=advice)
