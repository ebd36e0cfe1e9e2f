"""Starts the OpenID provider with Node; it stands behind the stand-in Hub, at ISSUER."""

import os
import sys
from pathlib import Path

from tests import node

if not node.are_installed():
    sys.exit("Run `npm ci` in tests/node first.")
program = node.find_node()
os.execv(program, [program, str(Path(__file__).with_name("server.mjs"))])
