"""Where codes may be sent."""

import os
import subprocess
import sys

import pytest

from accounts.authorization.redirects import destination_of, usable

LISTED = ("claude", "cursor", "vscode", "vscode-insiders", "warp", "raycast")


@pytest.mark.parametrize(
    "uri",
    [
        "https://claude.ai/api/mcp/auth_callback",
        "https://client.example:8443/callback?from=mcp",
        "https://client.example:8/callback",
        "https://client.example",
        "http://localhost/callback",
        "http://localhost:8/callback",
        "http://LOCALHOST:8080/callback",
        "http://127.0.0.1",
        "http://127.0.0.1:33418/",
        "http://[::1]:9000/callback",
        "http://[::1]/callback",
        "claude://claude.ai/oauth",
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "CURSOR://anysphere.cursor-retrieval/oauth/user-mcp/callback",
        "vscode://vscode.github-authentication/did-authenticate",
        "vscode-insiders://vscode.mcp/callback",
        "vscode://saoudrizwan.claude-dev/mcp-auth/callback/hash_1",
        "raycast://oauth?package_name=Extension",
        "warp:mcp",
        "com.example.app:/oauth2redirect",
        "com.example.app:oauth2redirect",
        "com.example.app://callback",
        "com.example.app:///callback",
        "com.googleusercontent.apps.123-abc:/oauth2redirect",
        "io.github.some-body.tool-1:/x",
    ],
)
def test_a_site_a_local_program_or_an_app_gets_codes(uri):
    assert usable([uri], LISTED) == ([uri], [])


@pytest.mark.parametrize(
    "uri",
    [
        "http://evil.example/callback",
        "http://localhost.evil.example/callback",
        "http://127.0.0.1.evil.example/callback",
        "http://127.0.0.2/callback",
        "http://10.0.0.1/callback",
        "http://[::2]/callback",
        "http://0.0.0.0/callback",
        "http:localhost/callback",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\tscript:alert(1)",
        " javascript:alert(1)",
        "javascript://localhost/%0aalert(1)",
        "data:text/html,alert(1)",
        "file:///etc/passwd",
        "vbscript:x",
        "blob:https://evil.example/1",
        "about:blank",
        "chrome://settings",
        "chrome-extension://abc/callback",
        "view-source:https://client.example",
        "intent://scan/",
        "ms-msdt:/id",
        "x-apple.systempreferences:com.apple",
        "ws://localhost/",
        "ftp://client.example/",
        "mailto:me@client.example",
        "unknown-app://callback",
        "com.example.app:",
        "com.example.app://",
        "com..example:/x",
        ".com.example:/x",
        "com.example.:/x",
        "1com.example:/x",
        "https://user:secret@client.example/callback",
        "https://client.example\\@evil.example/callback",
        "https://client.example/callback#fragment",
        "https://client.example/callback#",
        "https://*.client.example/callback",
        "https://cl%69ent.example/callback",
        "https:///callback",
        "https:client.example/callback",
        "https://client.example:99999/callback",
        "https://client.example:x/callback",
        "https://client.example/call back",
        "https://client.example/call\nback",
        "https://client.example/\u202ekcabllac",
        "https://cl\u0456ent.example/callback",
        "https://client.example/\u0000",
        "//client.example/callback",
        "/callback",
        "callback",
        "",
        "https://client.example/" + "x" * 500,
    ],
)
def test_nobody_else_does(uri):
    good, problems = usable(["http://127.0.0.1/callback", uri], LISTED)

    assert good == ["http://127.0.0.1/callback"]
    assert len(problems) == 1
    assert problems[0].replace("…", "").isascii()


@pytest.mark.parametrize(
    ("uri", "is_local", "name"),
    [
        ("https://client.example:8443/callback", False, "client.example:8443"),
        ("http://localhost:7777/callback", True, "localhost:7777"),
        ("cursor://anysphere.cursor-mcp/oauth/callback", True, "cursor://"),
        ("com.example.app:/oauth", True, "com.example.app://"),
    ],
)
def test_a_person_is_told_where_codes_go(uri, is_local, name):
    where = destination_of(uri)

    assert (where.is_local, where.name) == (is_local, name)


@pytest.mark.parametrize(
    "schemes",
    ["javascript", "cursor,data", "http", "https", "file", "Chrome", "cursor://", "my app", "é"],
)
def test_a_scheme_that_is_no_apps_stops_the_start(schemes):
    run = subprocess.run(
        [sys.executable, "-c", "import hfmcp_site.settings"],
        env={**os.environ, "OAUTH_APP_SCHEMES": schemes},
        capture_output=True,
        text=True,
    )

    assert run.returncode != 0
    assert "OAUTH_APP_SCHEMES" in run.stderr.splitlines()[-1]
