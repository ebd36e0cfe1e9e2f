"""What a person can do about something, in words that follow how the client is connected."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Directions:
    """Phrases without a full stop are for within a sentence, after "the person can" or "to"."""

    sign_in: str
    renew: str
    """When the Hugging Face token is no good any more."""
    allow_more: str
    """Where the token's permissions are; after "can allow more"."""
    tools_for_signed_in: str
    """A sentence: how to come to tools that are not for everybody."""
    select_reading_tool: str
    """A sentence."""
    select_writing_tool: str
    """Sentences."""
    select_space: str
    """A sentence."""
    where_spaces_are_named: str
    """The subject of a sentence."""
    settings_url: str | None = None
    spaces_url: str | None = None
    """Of the page where Spaces are chosen, and what changed about them is agreed to."""
    approvals_url: str | None = None
    """Of the page of calls that wait, and of what is asked about."""
