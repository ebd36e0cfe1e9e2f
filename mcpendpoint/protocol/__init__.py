"""JSON-RPC messages, headers, eras and the SDK's kernel. Knows no caller."""
