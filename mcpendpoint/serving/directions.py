"""What people are told to do: those who came by a URL, and those who started this program."""

from dataclasses import replace
from functools import lru_cache

from django.conf import settings
from django.urls import reverse

from mcpendpoint.tools.directions import Directions


def page_url(name: str = "settings") -> str:
    """Return the address of a page of the settings, by its URL name in accounts."""
    return str(settings.PUBLIC_URL) + reverse(f"accounts:{name}")


@lru_cache(maxsize=1)
def site_directions() -> Directions:
    url, tools = page_url(), page_url("tools")
    return Directions(
        sign_in=f"sign in at {url}",
        renew=f"sign in again at {url}, or use a new token",
        allow_more=f"at {page_url('permissions')}",
        tools_for_signed_in=f"Connect with the personal URL that is shown at {url}.",
        select_reading_tool=(
            f"Select it at {tools}, or choose a bouquet that has it with ?mix= in the URL."
        ),
        select_writing_tool=(
            "It writes or spends, so a URL alone does not switch it on. "
            f"The person can sign in at {tools} and tick it there, or tick that "
            "URLs may switch on such tools."
        ),
        select_space=(
            f"Spaces are chosen at {page_url('spaces')} or with ?gradio=owner/name in the URL"
        ),
        where_spaces_are_named="?gradio= in the URL, or x-mcp-gradio,",
        settings_url=url,
        spaces_url=page_url("spaces"),
        approvals_url=page_url("approvals"),
    )


@lru_cache(maxsize=1)
def page_directions() -> Directions:
    """Return them for who looks at a page of this site themselves, and is signed in."""
    tick = f"Tick it at {page_url('tools')} and save that."
    return replace(
        site_directions(),
        renew=f"sign in again at {page_url()}",
        select_reading_tool=tick,
        select_writing_tool=tick,
        select_space=f"Spaces are chosen at {page_url('spaces')}",
    )


@lru_cache(maxsize=2)
def program_directions(*, has_account: bool) -> Directions:
    """`has_account` says that what the person saved on the settings page holds."""
    on_the_page = f"at {page_url()}, or " if has_account else ""
    tool = (
        f"The person can select it {on_the_page}by the arguments that start this server: "
        "--mix and the name of a bouquet that has it."
    )
    return Directions(
        sign_in="run `hf auth login`, or set HF_TOKEN in the client's entry of this server",
        renew=(
            "run `hf auth login` again, or put a new token into HF_TOKEN in the client's entry "
            "of this server"
        ),
        allow_more=f"at {settings.HF_ENDPOINT}/settings/tokens",
        tools_for_signed_in=(
            "It needs a Hugging Face token: the person can run `hf auth login`, or set HF_TOKEN "
            "in the client's entry of this server."
        ),
        select_reading_tool=tool,
        select_writing_tool=tool,
        select_space=(
            f"Spaces are chosen {on_the_page}by the arguments that start this server: "
            "--gradio owner/name"
        ),
        where_spaces_are_named="--gradio, or another argument that starts this server,",
        settings_url=page_url() if has_account else None,
        spaces_url=page_url("spaces") if has_account else None,
        approvals_url=page_url("approvals") if has_account else None,
    )
