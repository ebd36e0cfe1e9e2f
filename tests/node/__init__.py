"""The Node programs that tests run against. `npm ci` in this folder installs them, Node 22 too."""

import shutil
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
BIN = PACKAGES / ".bin"

# By path: npm's .bin has one program of a name.
MCP_REMOTES = {
    "mcp-remote": PACKAGES / "mcp-remote" / "dist" / "proxy.js",
    "mcp-remote 0.1": PACKAGES / "mcp-remote-old" / "dist" / "proxy.js",
}


def are_installed() -> bool:
    # npm writes this file last.
    return (PACKAGES / ".package-lock.json").exists() and bool(find_node())


def find_node() -> str:
    """Return the Node 22 that npm brought, or the machine's where there is no such package."""
    brought = sorted(PACKAGES.glob("node-linux-*/bin/node"))
    return str(brought[0]) if brought else shutil.which("node") or ""
