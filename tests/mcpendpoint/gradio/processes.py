"""What processes that share what they know do, in one."""

from accounts.database import notes
from mcpendpoint.gradio.discovery import forget_spaces
from mcpendpoint.gradio.spaces import list_space_tools
from mcpendpoint.hub.memory import forget_answers


async def all_is_stored():
    """What waits for the thread that writes is before this."""
    await notes.run(lambda: None)


async def list_one(choice, token=None):
    (listing,) = await list_space_tools([choice], token, known_will_do=True)
    await all_is_stored()
    return listing


def in_another_process():
    forget_spaces()
    forget_answers()
