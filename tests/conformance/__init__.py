"""The official MCP conformance suite against our endpoint code. `make conformance` runs it."""
