"""nginx in front of several workers, configured as README.md says; it can be stopped for a while,
which cuts all connections."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.needs import need
from tests.ports import free_port, wait_for_port

CONFIGURATION = """
daemon off; pid {folder}/pid; error_log stderr crit; worker_processes 1;
events {{ worker_connections 200; }}
http {{
  access_log off;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  upstream workers {{ {servers} }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://workers; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $http_host; proxy_read_timeout 1h;
    }}
  }}
}}
"""


class Front:
    def __init__(self, folder: Path, workers: Sequence[str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        servers = " ".join(f"server {url.split('/')[2]};" for url in workers)
        self._file = folder / "nginx.conf"
        self._file.write_text(CONFIGURATION.format(folder=folder, servers=servers, port=self.port))

    def start(self) -> None:
        self._process = subprocess.Popen(["nginx", "-c", str(self._file)])
        wait_for_port(self.port)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)

    def cut(self) -> None:
        """Break all connections, and be there again."""
        self.stop()
        self.start()


@contextmanager
def nginx(workers: Sequence[str]) -> Iterator[Front]:
    need(shutil.which("nginx"), "nginx is not installed")
    with tempfile.TemporaryDirectory(prefix="hfmcp-nginx-") as folder:
        front = Front(Path(folder), workers)
        front.start()
        try:
            yield front
        finally:
            front.stop()
