"""Gradio Spaces as tools.

spaces.py     what the rest of the endpoint uses: list the tools of Spaces, call one
discovery.py  where a Space is and which tools it has, remembered
calling.py    one call of a tool at a Space: the result, or what went wrong
upstream.py   the same as JSON-RPC, where the Space takes it (exchange.py: a POST; sse.py: a stream)
api_*.py      Spaces without an MCP server: Gradio's own API, asked what it has (discovery, schema),
              and called (calling, files, progress, outputs)
tool_facts.py what that API tells of the tools of an MCP server (api_facts.py: pure)
mcp_faults.py which of those only that API can run (pure)
file_kinds.py which files are taken (pure)    file_places.py  where they stand (pure)
advice.py     what to say beside an error     outputs.py  whether a tool returns something
transport.py  the HTTP client for Spaces      freshness.py  a cache that outlives its answers
naming.py     names of tools (pure)           schema.py   what a Space says of its tools (pure)
mending.py    a schema that everybody takes (pure; references.py, drafts.py)
metadata.py   what of `_meta` passes (pure)   states.py   why a Space cannot serve (pure)
reading.py    reads a resource                  other_parts.py   resources and prompts on offer
uris.py       URIs of its resources (pure)      endpoint_lists.py  what its schema does not say
results.py    what a call brought back (pure) fitting.py  as much as there is room for (images.py)
"""
