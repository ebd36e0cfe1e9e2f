"""Starts a Gradio app with its MCP server on a free port, for stand-ins of any version."""

import json
import socket
import time

import gradio as gr
from gradio.processing_utils import PUBLIC_HOSTNAME_WHITELIST


def launch(app: gr.Blocks) -> str:
    """Serve the app in the background; return its URL."""
    # It asks for its own files by the name that it is known by, elsewhere a public one.
    PUBLIC_HOSTNAME_WHITELIST.append("127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]  # Gradio cannot take 0
    _, url, _ = app.launch(
        server_name="127.0.0.1",
        server_port=port,
        mcp_server=True,
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,
        show_error=True,
    )
    # Its queue looks for work a thousand times a second: a tenth of a core for each idle app.
    app._queue.sleep_when_free = 0.01
    if error := getattr(app, "mcp_error", None):  # 5.28 does not keep it
        raise RuntimeError(error)
    return url.rstrip("/")


def serve_for_ever(app: gr.Blocks) -> None:
    """Serve the app, and say where on a line of JSON."""
    print(json.dumps({"url": launch(app), "version": gr.__version__}), flush=True)
    while True:
        time.sleep(60)
