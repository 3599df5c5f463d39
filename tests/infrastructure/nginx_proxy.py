"""A real nginx with the configuration in docs/proxy.md, on a port of its own."""

import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.infrastructure.certificates import write_certificate
from tests.infrastructure.pgbouncer import find_program
from tests.infrastructure.postgres_cluster import free_port

DOCS = Path(__file__).parents[2] / "docs" / "proxy.md"
PATIENCE = 30.0
#: What a whole configuration has around the part in the docs.
CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {servers}
}}
"""


@dataclass
class Proxy:
    port: int
    name: str = "localhost"

    @property
    def ssl_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    @property
    def client(self) -> httpx2.Client:
        url = f"https://{self.name}:{self.port}"
        return httpx2.Client(base_url=url, verify=False, timeout=PATIENCE)


def documented_servers() -> str:
    [found] = re.findall(r"```nginx\n(.*?)```", DOCS.read_text(), re.DOTALL)
    return found


@contextmanager
def nginx_proxy(upstream: int, *, removes: bool) -> Iterator[Proxy]:
    program = find_program("nginx")
    folder = Path(tempfile.mkdtemp(prefix="unified-sessions-nginx-"))
    proxy = Proxy(free_port())
    write_certificate(folder / "desk.crt", folder / "desk.key", "localhost")
    servers = documented_servers()
    for documented, here in {
        "listen 443 ssl": f"listen 127.0.0.1:{proxy.port} ssl",
        "desk.example.com": proxy.name,
        "/etc/ssl": str(folder),
        "http://127.0.0.1:8000;": f"http://127.0.0.1:{upstream}{'/' if removes else ''};",
        "Host $host;": "Host $http_host;",
    }.items():
        assert documented in servers, documented
        servers = servers.replace(documented, here)
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, servers=servers))
    process = subprocess.Popen([program, "-p", folder, "-c", configuration])
    try:
        wait_until_open(proxy, process)
        yield proxy
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_open(proxy: Proxy, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    with proxy.client as client:
        while True:
            try:
                client.get("/")
            except httpx2.TransportError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.02)
            else:
                return
