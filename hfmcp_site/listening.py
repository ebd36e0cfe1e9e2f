"""The socket that all workers of a server share: of a host and port, of a path, or one inherited.

uvicorn could open the first two itself. But it takes every inherited socket for a Unix one, and
with several workers it fails at the file that a server left behind which was killed.
"""

import os
import socket
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

UNIX_SOCKET_MODE = 0o666
"""As uvicorn and gunicorn have it: the folder says who reaches the socket."""


@dataclass(frozen=True)
class Address:
    host: str
    port: int
    unix_socket: Path | None = None
    file_descriptor: int | None = None
    """Of a socket that whoever started us listens on already, as systemd does."""

    def __str__(self) -> str:
        if self.file_descriptor is not None:
            return f"file descriptor {self.file_descriptor}"
        if self.unix_socket is not None:
            return f"unix:{self.unix_socket}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def open_socket(address: Address) -> socket.socket:
    """Return the socket, inheritable. Raises OSError."""
    if address.file_descriptor is not None:
        listener = socket.socket(fileno=address.file_descriptor)
    elif address.unix_socket is not None:
        listener = _unix_socket(address.unix_socket)
    else:
        listener = _network_socket(address.host, address.port)
    listener.set_inheritable(True)
    return listener


def _network_socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if host == "::":
        with suppress(OSError):  # a system without IPv4
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind((host, port))
    return listener


def _unix_socket(path: Path) -> socket.socket:
    _remove_abandoned(path)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    os.chmod(path, UNIX_SOCKET_MODE)
    return listener


def _remove_abandoned(path: Path) -> None:
    """Remove the file of a server that is gone; one that is there stays, and `bind` fails."""
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.stat().st_mode):
            with socket.socket(socket.AF_UNIX) as probe:
                try:
                    probe.connect(str(path))
                except ConnectionRefusedError:
                    path.unlink()
