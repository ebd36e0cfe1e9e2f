"""What deploy/ says fits the code: commands, settings, times, and what gets into the image.

Checked besides, with schemas that are too large to keep here: compose.yaml against compose-spec's,
the manifests against those of Kubernetes 1.30 and 1.37 (kubernetes-validate), the unit by
`systemd-analyze verify`.
"""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

from hfmcp_site import serve
from hfmcp_site.space_environment import settings_of_space
from tests.test_docs import settings_source

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
MANIFESTS = {
    (each["kind"], each["metadata"]["name"]): each
    for name in ("hfmcp.yaml", "secret.example.yaml")
    for each in yaml.safe_load_all((DEPLOY / "kubernetes" / name).read_text())
}
POD = MANIFESTS["Deployment", "hfmcp"]["spec"]["template"]["spec"]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
UNIT = (DEPLOY / "systemd" / "hfmcp.service").read_text()
GRACE_SECONDS = int(re.search(r'"GRACEFUL_STOP_SECONDS", (\d+)', settings_source())[1])


def seconds(text):
    return int(text.removesuffix("s"))


def commands():
    yield yaml.safe_load(re.search(r"^CMD (\[\"serve.*)$", DOCKERFILE, re.M)[1])
    yield [word.replace("${WORKERS:-2}", "2") for word in COMPOSE["services"]["app"]["command"]]
    yield POD["containers"][0]["args"]
    yield shlex.split(re.search(r"^ExecStart=\S+ (.*)$", UNIT, re.M)[1])


@pytest.mark.parametrize(
    "words", list(commands()), ids=["image", "compose", "kubernetes", "systemd"]
)
def test_every_command_is_one_that_the_server_takes(words):
    assert words[0] == "serve"
    assert serve.read(words[1:]).workers >= 1


def test_every_setting_is_one_that_there_is():
    app = COMPOSE["services"]["app"]["environment"]
    example = re.findall(r"^([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.M)
    names = {
        *app,
        *(set(example) - {"DOMAIN", "WORKERS", "POSTGRES_PASSWORD"}),
        *MANIFESTS["ConfigMap", "hfmcp"]["data"],
        *MANIFESTS["Secret", "hfmcp"]["stringData"],
    }

    assert {name for name in names if f'"{name}"' not in settings_source()} == set()


def test_whoever_stops_the_server_waits_for_calls_to_end():
    pause = int(POD["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])

    assert seconds(COMPOSE["services"]["app"]["stop_grace_period"]) > GRACE_SECONDS
    assert seconds(re.search(r"TimeoutStopSec=(\d+)", UNIT)[1]) > GRACE_SECONDS
    assert POD["terminationGracePeriodSeconds"] > pause + GRACE_SECONDS


def test_every_service_is_healthy_or_not():
    built = {"app"}  # the image has its own check

    assert [
        name
        for name, service in COMPOSE["services"].items()
        if name not in built and "healthcheck" not in service
    ] == []
    assert "HEALTHCHECK" in DOCKERFILE


def test_nothing_runs_as_root_or_writes_to_the_image():
    assert "USER 1000:1000" in DOCKERFILE
    assert COMPOSE["services"]["app"]["read_only"]
    assert POD["securityContext"]["runAsNonRoot"]
    for container in (*POD["initContainers"], *POD["containers"]):
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]


def test_no_secret_is_in_any_file():
    given = re.findall(
        r"^\s*(\w*(?:SECRET|PASSWORD|KEYS)\w*)[=:][ \"]*([^\s\"$]+)",
        "\n".join(file.read_text() for file in DEPLOY.rglob("*") if file.is_file()),
        re.M,
    )

    assert given == []


def test_all_that_the_image_is_built_of_gets_into_it():
    allowed = set(re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(), re.M))
    built = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = built["tool"]["hatch"]["build"]["targets"]["wheel"]

    assert allowed == {
        *wheel["packages"],
        *wheel["force-include"],
        *(built["project"]["license-files"]),
        *("README.md", "pyproject.toml", "hatch_build.py", "constraints.txt"),
        *("requirements.txt", "requirements-s3.txt", "requirements-tracing.txt"),
    }
    assert [name for name in allowed if not (ROOT / name).exists()] == []


def test_proxies_keep_connections_for_less_long_than_the_server():
    nginx = (DEPLOY / "nginx" / "hfmcp.conf").read_text()
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text()

    assert int(re.search(r"keepalive_timeout (\d+)s", nginx)[1]) < serve.KEEP_ALIVE_SECONDS
    assert int(re.search(r"keepalive (\d+)s", caddy)[1]) < serve.KEEP_ALIVE_SECONDS


def test_a_space_says_itself_where_it_is_and_which_app_is_its():
    space = {"SPACE_HOST": "me-mcp.hf.space", "OAUTH_CLIENT_ID": "id", "OAUTH_CLIENT_SECRET": "s"}

    assert settings_of_space(space) == {
        "PUBLIC_URL": "https://me-mcp.hf.space",
        "HF_OAUTH_CLIENT_ID": "id",
        "HF_OAUTH_CLIENT_SECRET": "s",
    }
    assert settings_of_space({"OAUTH_CLIENT_ID": "of something else"}) == {}


def test_the_template_of_a_space_asks_for_the_scopes_that_settings_ask_for():
    front = (DEPLOY / "space" / "README.md").read_text().split("---\n")[1]
    space = yaml.safe_load(front)
    asked = re.findall(r'"HF_OAUTH_(?:FURTHER_)?SCOPES",\s*"(.*?)"', settings_source())

    assert set(space["hf_oauth_scopes"]) == set(",".join(asked).split(",")) - {"openid", "profile"}
    assert space["app_port"] == 8000
