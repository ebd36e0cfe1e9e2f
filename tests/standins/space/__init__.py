"""A stand-in for *.hf.space: a real Gradio app with its MCP server, behind a front that also plays
Spaces that are private, asleep, broken, slow or malformed."""
