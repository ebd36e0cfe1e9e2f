"""The Gradio app that the running stand-in Spaces serve; each of its functions is an MCP tool."""

import time
from typing import Any, Literal

import gradio as gr
from PIL import Image, ImageDraw

from tests.standins.space.callers import bearer_of, id_of


def greet(name: str, excited: bool = False) -> str:
    """Greet somebody.

    Args:
        name: Whom to greet
        excited: Whether to end with an exclamation mark
    Returns:
        The greeting
    """
    return f"Hello, {name}{'!' if excited else '.'}"


def make_image(prompt: str, width: int = 64, steps: int = 4) -> Image.Image:
    """Draw a picture of a prompt.

    Args:
        prompt: What to write into the picture
        width: Width and height in pixels
        steps: How many stripes to draw
    Returns:
        The picture
    """
    image = Image.new("RGB", (int(width), int(width)), "white")
    draw = ImageDraw.Draw(image)
    for step in range(int(steps)):
        top = step * width // (2 * steps)
        draw.line([(0, top), (width, top)], fill="black")
    draw.text((2, width // 2), prompt, fill="black")
    return image


def slow_count(seconds: float, progress: gr.Progress = gr.Progress()) -> str:  # noqa: B008 - Gradio finds it by its default
    """Count to five, spread over a number of seconds.

    Args:
        seconds: How long to take
    Returns:
        What was counted
    """
    for number in range(1, 6):
        progress((number, 5), desc="Counting")
        time.sleep(seconds / 5)
    return "1 2 3 4 5"


def describe_file(file: str) -> str:
    """Describe a file.

    Args:
        file: The file
    Returns:
        Its size and beginning
    """
    with open(file, "rb") as stream:
        content = stream.read()
    return f"{len(content)} bytes, beginning with {content[:20]!r}"


def plan_trip(options: dict[str, Any], style: Literal["relaxed", "busy"] = "relaxed") -> str:
    """Plan a trip from nested options.

    Args:
        options: For example {"days": 3, "places": [{"name": "Paris"}]}
        style: How full the days should be
    Returns:
        The plan
    """
    places = ", ".join(place["name"] for place in options.get("places", []))
    return f"A {style} trip of {options.get('days')} days to {places}"


def fail(message: str) -> str:
    """Fail with a message.

    Args:
        message: What the error should say
    """
    raise gr.Error(message)


def whoami(request: gr.Request) -> str:
    """Tell the Hugging Face id of the user whose token was forwarded.

    Returns:
        The id, or nobody
    """
    return id_of(bearer_of(request.headers.get("x-hf-authorization"))) or "nobody"


def ask_weather(city: str, x_weather_key: gr.Header) -> str:
    """Tell the weather in a city, by a service that wants a key.

    Args:
        city: Where
    Returns:
        The weather, and the key that it was asked for with
    """
    return f"Sunny in {city}, by {x_weather_key or 'nobody'}"


def build_app() -> gr.Blocks:
    with gr.Blocks(title="Image maker", analytics_enabled=False) as app:
        with gr.Tab("Greet"):
            gr.Interface(
                greet, [gr.Textbox(label="Name"), gr.Checkbox(label="Excited")], gr.Textbox()
            )
        with gr.Tab("Image"):
            gr.Interface(
                make_image,
                [
                    gr.Textbox(label="Prompt"),
                    gr.Slider(16, 1024, value=64, step=1, label="Width"),
                    gr.Slider(1, 50, value=4, step=1, label="Steps"),
                ],
                gr.Image(type="pil", format="png"),
            )
        with gr.Tab("Count"):
            gr.Interface(slow_count, gr.Number(label="Seconds"), gr.Textbox())
        with gr.Tab("File"):
            gr.Interface(describe_file, gr.File(label="File", type="filepath"), gr.Textbox())
        with gr.Tab("Fail"):
            gr.Interface(fail, gr.Textbox(label="Message"), gr.Textbox())
        gr.api(plan_trip)
        gr.api(whoami)
        gr.api(ask_weather)
    return app
