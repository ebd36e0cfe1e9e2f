"""Small Gradio apps of all the components whose schemas are hard, for any version with tools.

Six in one, a tab each: files, chat, data, forms, functions, results. Run in an environment of its
own; with `--plain` it is no MCP server, as most Spaces are not.
"""

import json
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.processing_utils import PUBLIC_HOSTNAME_WHITELIST
from PIL import Image

IS_5 = gr.__version__.startswith("5.")
CHAT = {"type": "messages"} if IS_5 else {}


def echo(value: Any) -> str:
    """Show what arrived."""
    return repr(value)


def measure(picture: Any) -> str:
    """Tell how large a picture is."""
    return f"{picture.width} x {picture.height}"


def name_file(file: str) -> str:
    """Tell what a file is called, and how long it is."""
    return f"{Path(file).name}: {Path(file).stat().st_size}"


def shout(text: str) -> str:
    """Say it loudly.

    Args:
        text: What to say
    Returns:
        The same in capitals
    """
    return text.upper()


def count(seconds: float, progress: gr.Progress = gr.Progress()) -> str:  # noqa: B008 - Gradio finds it by its default
    """Count to three, in a number of seconds."""
    for number in range(1, 4):
        progress((number, 3), desc="Counting")
        time.sleep(seconds / 3)
    return "1 2 3"


def fail(text: str) -> str:
    """Fail with a message."""
    raise gr.Error(text)


def nothing(text: str) -> None:
    """Return nothing at all."""


def add(number: float, total: float | None) -> tuple[float, float]:
    """Add to a total that is kept."""
    return (total or 0) + number, (total or 0) + number


def draw(color: str) -> Image.Image:
    """Draw a picture of one colour."""
    return Image.new("RGB", (32, 16), color)


def write(text: str) -> str:
    """Write a file."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
        file.write(text)
    return file.name


def describe(text: str) -> tuple[str, float, bool, dict[str, Any]]:
    """Return several things."""
    return text, len(text), bool(text), {"text": text}


def spell(text: str) -> Iterator[str]:
    """Write a text letter by letter."""
    for number in range(1, len(text) + 1):
        time.sleep(0.05)
        yield text[:number]


def join(first: str, memory: Any, second: str = "two") -> tuple[str, Any]:
    """Take what is kept between two texts."""
    return f"{first} {memory} {second}", (memory or 0) + 1


LAST = {"finished": 0}


def work(seconds: float) -> Iterator[str]:
    """Work for some seconds; one call at a time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.05)
        yield "working"
    LAST["finished"] += 1
    yield "done"


def count_finished() -> float:
    """Tell how often work came to its end."""
    return LAST["finished"]


def offer(component: Any, name: str) -> None:
    gr.Interface(echo, component, gr.Textbox(), api_name=name)


def files() -> None:
    offer(gr.File(type="filepath"), "one_file")
    offer(gr.File(file_count="multiple"), "many_files")
    offer(gr.File(file_types=[".csv", ".json"]), "table_file")
    gr.Interface(measure, gr.Image(type="pil"), gr.Textbox(), api_name="measure")
    gr.Interface(name_file, gr.File(type="filepath"), gr.Textbox(), api_name="name_file")
    offer(gr.Image(type="pil"), "image")
    offer(gr.Gallery(), "gallery")
    offer(gr.ImageEditor(type="pil"), "image_editor")
    offer(gr.Audio(type="filepath"), "audio")
    offer(gr.Video(), "video")


def chat() -> None:
    offer(gr.Chatbot(**CHAT), "chat")
    offer(gr.MultimodalTextbox(), "multimodal")


def data() -> None:
    offer(gr.JSON(), "json")
    offer(gr.Dataframe(), "dataframe")
    offer(gr.HighlightedText(), "highlighted_text")
    offer(gr.Label(), "label")


def forms() -> None:
    offer(gr.Dropdown(["a", "b"]), "dropdown")
    offer(gr.Dropdown(["a", None], multiselect=True), "dropdown_of_none")
    offer(gr.Dropdown([]), "empty_dropdown")
    offer(gr.CheckboxGroup(["x", "y"]), "checkbox_group")
    offer(gr.Slider(0, 9), "slider")
    offer(gr.DateTime(), "date_time")
    offer(gr.ColorPicker(), "color")
    offer(gr.Code(), "code")


def functions() -> None:
    gr.Interface(shout, gr.Textbox(), gr.Textbox(), api_name="shout")
    gr.Interface(count, gr.Number(), gr.Textbox(), api_name="count")
    gr.Interface(fail, gr.Textbox(), gr.Textbox(), api_name="fail")
    gr.Interface(add, [gr.Number(), gr.State()], [gr.Number(), gr.State()], api_name="add")
    box = gr.Textbox()
    box.submit(nothing, box, None, api_name="nothing")
    gr.Interface(lambda text: text, gr.Textbox(), gr.Textbox(), api_name="named_lambda")
    box.submit(lambda text: text, box, box)
    if hasattr(gr, "Header"):

        def with_header(text: str, x_api_key: gr.Header) -> str:
            """Need a header."""
            return f"{text} {x_api_key}"

        def with_header_and_json(value: Any, x_api_key: gr.Header) -> str:
            """Need a header beside what MCP cannot give."""
            return f"{value} {x_api_key}"

        gr.Interface(with_header, gr.Textbox(), gr.Textbox(), api_name="with_header")
        gr.Interface(with_header_and_json, gr.JSON(), gr.Textbox(), api_name="with_header_and_json")


def results() -> None:
    gr.Interface(draw, gr.Textbox(), gr.Image(format="png"), api_name="draw")
    gr.Interface(write, gr.Textbox(), gr.File(), api_name="write")
    outputs = [gr.Textbox(), gr.Number(), gr.Checkbox(), gr.JSON()]
    gr.Interface(describe, gr.Textbox(), outputs, api_name="describe")
    gr.Interface(spell, gr.Textbox(), gr.Textbox(), api_name="spell")
    memory = gr.State(7)
    texts = [gr.Textbox(), memory, gr.Textbox("two", label="What comes second")]
    gr.Interface(join, texts, [gr.Textbox(), memory], api_name="join")
    gr.Interface(work, gr.Number(), gr.Textbox(), api_name="work")
    gr.Interface(count_finished, None, gr.Number(), api_name="count_finished")


def build_app() -> gr.Blocks:
    with gr.Blocks(title="Components", analytics_enabled=False) as app:
        for part in (files, chat, data, forms, functions, results):
            with gr.Tab(part.__name__):
                part()
    return app


def main() -> None:
    # An app asks for its own files by the name that it is known by, elsewhere a public one.
    PUBLIC_HOSTNAME_WHITELIST.append("127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]  # Gradio cannot take 0
    _, url, _ = build_app().launch(
        server_name="127.0.0.1",
        server_port=port,
        mcp_server="--plain" not in sys.argv,
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,
        show_error=True,
    )
    print(json.dumps({"url": url.rstrip("/"), "version": gr.__version__}), flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
