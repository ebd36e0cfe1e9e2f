"""How to connect each MCP client: which there are (directory), what their guides are made of
(guide), and in which form each wants its configuration (configuration). Pure: no I/O.
"""
