"""A Gradio app with all that a Space may offer beside tools: resources, prompts, tools with views.

For Gradio from 5.39 on, where `gr.mcp` began. Run in an environment of its own, or served by the
front beside the other app. `SPACE_ID` makes it name its functions as on the Hub.
"""

import base64
from typing import Any, Literal

import gradio as gr

from tests.standins.space.serving import serve_for_ever

PIXEL = base64.b64encode(b"\x89PNG not really").decode()
VIEW = "<!doctype html><title>Card</title><script>/* draws what arrives */</script>"
VISITS = {"count": 0}
HAS_META = not gr.__version__.startswith("5.")
"""Whether tools may have `_meta` and structured output."""


@gr.mcp.resource("text://motto")
def motto() -> str:
    """The motto of the house."""
    return "Festina lente"


@gr.mcp.resource("text://visits")
def visits() -> str:
    """How often this was read."""
    VISITS["count"] += 1
    return str(VISITS["count"])


@gr.mcp.resource("greeting://{name}", mime_type="text/markdown")
def greeting(name: str) -> str:
    """Greets somebody.

    Args:
        name: Whom to greet
    """
    return f"# Hello, {name}"


@gr.mcp.resource("picture://pixel", mime_type="image/png")
def pixel() -> str:
    """A picture."""
    return PIXEL


@gr.mcp.resource("ui://widget/app.html", mime_type="text/html;profile=mcp-app")
def card_view() -> str:
    """The view of cards."""
    return VIEW


@gr.mcp.resource("ui://widget/old.html", mime_type="text/html+skybridge")
def old_view() -> str:
    """The same for OpenAI's Apps SDK."""
    return VIEW


@gr.mcp.resource("text://who", mime_type="text/plain")
def who(request: gr.Request) -> str:
    """Says whose token arrived, which is nobody's."""
    return request.headers.get("x-hf-authorization", "nobody")


@gr.mcp.prompt()
def explain(topic: str, style: Literal["short", "long"] = "short") -> str:
    """Asks for an explanation.

    Args:
        topic: What to explain
        style: How long it should be
    """
    return f"Explain {topic} in a {style} way."


@gr.mcp.prompt(name="another_name")
def advise(subject: str) -> str:
    """Asks for advice."""
    return f"Give advice about {subject}."


@gr.mcp.prompt()
def confide(topic: str, x_diary_key: gr.Header) -> str:
    """Asks for what only one person may know."""
    return f"With the key {x_diary_key}, tell of {topic}."


def card(name: str) -> str:
    """Show a card of somebody."""
    return f"A card of {name}"


def redraw(name: str) -> str:
    """Draw a card again, for its view to call."""
    return f"Again a card of {name}"


def count_words(text: str) -> str:
    """Count the words of a text, in structured form."""
    return str(len(text.split()))


def make_file(text: str) -> str:
    """Write a text into a file."""
    with open("/tmp/standin-part.txt", "w") as file:  # noqa: S108 - Gradio copies it
        file.write(text)
    return file.name


def plain(text: str) -> str:
    """Return a text as it is. The last endpoint of the app."""
    return text


def _tool(function: Any, **given: Any) -> Any:
    return gr.mcp.tool(**given)(function)


def build_app() -> gr.Blocks:
    with gr.Blocks(title="Parts", analytics_enabled=False) as app:
        for function in (
            motto,
            visits,
            greeting,
            pixel,
            card_view,
            old_view,
            who,
            explain,
            advise,
            confide,
        ):
            gr.api(function)
        if HAS_META:
            ui = {"ui": {"resourceUri": "ui://widget/app.html", "visibility": ["model", "app"]}}
            gr.api(_tool(card, _meta=ui))
            own = {"ui": {"resourceUri": "ui://widget/app.html", "visibility": ["app"]}}
            gr.api(_tool(redraw, _meta=own))
            old = {"openai/outputTemplate": "ui://widget/old.html"}
            gr.api(_tool(count_words, structured_output=True, _meta=old))
            gr.Interface(_tool(make_file, structured_output=True), gr.Textbox(), gr.File())
        gr.api(plain)
    return app


if __name__ == "__main__":
    serve_for_ever(build_app())
