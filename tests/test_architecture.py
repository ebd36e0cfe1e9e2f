"""What may import what. Imports inside functions count: they are dependencies like any other."""

import ast
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APPS = ("hfmcp_site", "dashboard", "mcpendpoint", "accounts")
"""In the direction in which imports go: an app imports those to its right."""

MAX_LINES = 400

MAX_ENTRIES_OF_OUR_OWN = 4
"""Of a cache of what this server itself is, such as its own address."""

ROOMS = (
    "management",
    "transports",
    "pages",
    "serving",
    "access",
    "gradio",
    "tools",
    "files",
    "hub",
    "push",
    "protocol",
)
"""Of mcpendpoint, from the top floor down: a room imports those to its right."""

GROUND = ("hub", "protocol")
"""Side by side: neither knows the other."""

# Pure ones: their inputs are arguments.
WITHOUT_IO = (
    "mcpendpoint.protocol.file_extension",
    "mcpendpoint.protocol.messages",
    "mcpendpoint.access.selection",
    "mcpendpoint.protocol.apps",
    "mcpendpoint.protocol.portable_tools",
    "mcpendpoint.protocol.visible_text",
    "mcpendpoint.gradio.api_endpoint",
    "mcpendpoint.gradio.api_schema",
    "mcpendpoint.gradio.definitions",
    "mcpendpoint.gradio.drafts",
    "mcpendpoint.gradio.mending",
    "mcpendpoint.gradio.given_arguments",
    "mcpendpoint.gradio.headers",
    "mcpendpoint.gradio.listings",
    "mcpendpoint.gradio.metadata",
    "mcpendpoint.gradio.naming",
    "mcpendpoint.gradio.references",
    "mcpendpoint.gradio.resources",
    "mcpendpoint.gradio.scanning",
    "mcpendpoint.gradio.schema",
    "mcpendpoint.gradio.trust",
    "mcpendpoint.gradio.uris",
    "mcpendpoint.files.handles",
    "mcpendpoint.files.names",
    "mcpendpoint.gradio.file_places",
    "mcpendpoint.hub.ids",
    "accounts.outgoing.hub_routes",
    "mcpendpoint.pages.trying.reading",
    "mcpendpoint.pages.trying.results",
    "mcpendpoint.pages.trying.shapes",
    "mcpendpoint.pages.trying.snippets",
    "mcpendpoint.hub.references",
    "mcpendpoint.tools.leniency",
    "mcpendpoint.tools.schema_faults",
    "mcpendpoint.tools.examples",
    "mcpendpoint.tools.dynamic_space.arguments",
    "mcpendpoint.tools.dynamic_space.naming",
    "mcpendpoint.tools.hf_fs.uri",
    "mcpendpoint.tools.hf_fs.options",
    "mcpendpoint.tools.hf_fs.arguments",
    "mcpendpoint.tools.hf_fs.globs",
    "mcpendpoint.tools.hf_fs.text_policy",
    "mcpendpoint.tools.hf_fs_write.arguments",
    "mcpendpoint.tools.jobs.arguments",
    "mcpendpoint.tools.jobs.commands",
    "mcpendpoint.tools.jobs.durations",
    "mcpendpoint.tools.jobs.redaction",
    "mcpendpoint.tools.jobs.volumes",
    "mcpendpoint.tools.sandbox.argv",
    "mcpendpoint.tools.sandbox.handles",
    "mcpendpoint.tools.sandbox.output",
)

SDK_ENTRANCES = {"mcp", "mcp.server"}
"""What the SDK's versioning policy promises to keep."""

OUTGOING = "accounts.outgoing"
"""Whose clients and reader everybody uses who asks another server."""

HTTP_CLIENTS = (
    *("httpx2", "httpcore2", "httpx", "httpcore", "requests", "aiohttp", "urllib3"),
    *("urllib.request", "http.client", "xmlrpc", "ftplib", "telnetlib", "smtplib", "websockets"),
    *("huggingface_hub", "gradio_client", "hf_xet", "jwt.PyJWKClient"),
)
WITH_A_CLIENT_OF_ITS_OWN = {
    ("mcpendpoint.hub.xet", "hf_xet"),
    ("dashboard.alerts.sending", "smtplib"),  # for what Django's mail raises
}

MAY_READ_THE_ENVIRONMENT = ("hfmcp_site.env",)
MAY_NAME_THE_SETTINGS_MODULE = ("hfmcp_site.asgi", "hfmcp_site.serve", "manage")


@dataclass(frozen=True)
class Module:
    name: str
    is_package: bool
    tree: ast.Module

    def is_in(self, *places: str) -> bool:
        return any(is_within(self.name, place) for place in places)


def is_within(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}.")


@cache
def modules() -> dict[str, Module]:
    files = [ROOT / "manage.py", *(file for app in APPS for file in (ROOT / app).rglob("*.py"))]
    return {module.name: module for module in map(read_module, files)}


def read_module(file: Path) -> Module:
    parts = file.relative_to(ROOT).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return Module(name, is_package, ast.parse(file.read_text(), str(file)))


def imported(module: Module) -> set[str]:
    """Return every module that is imported, as exactly as its file names tell."""
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            source = absolute(module, node)
            found |= {
                submodule if (submodule := f"{source}.{alias.name}") in modules() else source
                for alias in node.names
            }
    return found


def absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.name.split(".")
    package = package[: len(package) - node.level + module.is_package]
    return ".".join([*package, node.module] if node.module else package)


def app_of(name: str) -> str:
    return name.partition(".")[0]


def wrong_imports(is_wrong) -> list[str]:
    return sorted(
        f"{module.name} imports {target}"
        for module in modules().values()
        for target in imported(module)
        if is_wrong(module, target)
    )


def test_apps_import_in_one_direction_only():
    def goes_up(module: Module, target: str) -> bool:
        app, other = app_of(module.name), app_of(target)
        return app in APPS and other in APPS and APPS.index(other) < APPS.index(app)

    assert wrong_imports(goes_up) == []


def room_of(name: str) -> str | None:
    """Return the room of mcpendpoint that a module is in; None for its root, and elsewhere."""
    parts = name.split(".")
    is_in_room = parts[0] == "mcpendpoint" and len(parts) > 2 and parts[1] != "migrations"
    return parts[1] if is_in_room else None


def test_rooms_of_the_endpoint_import_downwards_only():
    def goes_up(module: Module, target: str) -> bool:
        room, other = room_of(module.name), room_of(target)
        if room is None or other in (None, room):
            return False
        return ROOMS.index(other) < ROOMS.index(room) or {room, other} == set(GROUND)

    assert wrong_imports(goes_up) == []


def test_every_room_of_the_endpoint_has_its_floor():
    rooms = {room for name in modules() if (room := room_of(name))}

    assert rooms == set(ROOMS)


def test_only_the_wiring_of_the_endpoint_is_outside_its_rooms():
    loose = {
        name
        for name in modules()
        if is_within(name, "mcpendpoint")
        and not room_of(name)
        and not is_within(name, "mcpendpoint.migrations")
    }

    assert loose - {f"mcpendpoint.{room}" for room in ROOMS} == {
        "mcpendpoint",
        *(f"mcpendpoint.{name}" for name in ("apps", "urls", "endpoint_urls", "views", "models")),
    }


@pytest.mark.parametrize("name", WITHOUT_IO)
def test_a_pure_module_has_neither_settings_nor_io(name):
    has_io = ("django.conf", "django.db", "httpx2", "channels", "os", "asyncio", "accounts.models")

    assert not [
        target
        for target in imported(modules()[name])
        if any(is_within(target, place) for place in has_io)
    ]


SDK_ADAPTERS = ("mcpendpoint.protocol.kernel", "mcpendpoint.protocol.request_states")


def test_deep_modules_of_the_sdk_are_imported_by_its_adapters_only():
    def is_deep(module: Module, target: str) -> bool:
        return (
            is_within(target, "mcp")
            and target not in SDK_ENTRANCES
            and module.name not in SDK_ADAPTERS
        )

    assert wrong_imports(is_deep) == []


def test_only_the_endpoint_knows_the_sdk():
    def is_sdk(module: Module, target: str) -> bool:
        return app_of(target) in {"mcp", "mcp_types"} and not module.is_in("mcpendpoint")

    assert wrong_imports(is_sdk) == []


def test_other_servers_are_asked_in_one_way_only():
    def is_another_way(module: Module, target: str) -> bool:
        return (
            any(is_within(target, client) for client in HTTP_CLIENTS)
            and not module.is_in(OUTGOING)
            and (module.name, target) not in WITH_A_CLIENT_OF_ITS_OWN
        )

    assert wrong_imports(is_another_way) == []


def test_connections_are_opened_in_one_place_only():
    openers = {"open_connection", "start_tls", "getaddrinfo", "gethostbyname"}
    used = {
        f"{module.name} uses {node.attr}"
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in openers
    }

    assert used == {"accounts.outgoing.public_network uses getaddrinfo"}


def test_the_environment_is_read_in_one_place():
    readers = {
        module.name
        for module in modules().values()
        if any(reads_environment(node) for node in ast.walk(module.tree))
    }

    assert readers - {*MAY_READ_THE_ENVIRONMENT, *MAY_NAME_THE_SETTINGS_MODULE} == set()


def test_the_entrances_do_no_more_with_the_environment_than_to_name_the_settings():
    for name in MAY_NAME_THE_SETTINGS_MODULE:
        uses = [node for node in ast.walk(modules()[name].tree) if reads_environment(node)]

        assert len(uses) == 1
        assert "os.environ.setdefault('DJANGO_SETTINGS_MODULE'" in ast.unparse(modules()[name].tree)


def reads_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return (
            isinstance(node.value, ast.Name)
            and node.value.id == "os"
            and node.attr in {"environ", "environb", "getenv", "putenv"}
        )
    if isinstance(node, ast.ImportFrom):
        return node.module in {"os", "environ"}
    return isinstance(node, ast.Import) and any(alias.name == "environ" for alias in node.names)


def test_no_two_modules_import_each_other():
    graph = {
        module.name: {target for target in imported(module) if target in modules()} - {module.name}
        for module in modules().values()
    }

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_module_is_too_long_to_read_in_one_sitting():
    folders = [*APPS, "tests", "benchmarks"]
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    long = {
        str(file.relative_to(ROOT)): lines
        for file in files
        if not {"node_modules", "migrations"} & set(file.parts)
        and (lines := file.read_text().count("\n")) > MAX_LINES
    }

    assert long == {}


def test_what_callers_send_is_remembered_within_bounds_in_bytes_alone():
    """functools' caches count entries, whose size a stranger may choose."""
    unbounded = {
        f"{module.name}:{node.lineno}"
        for module in modules().values()
        if module.name != "accounts.caching"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "lru_cache"
        and int(ast.literal_eval(node.keywords[0].value)) > MAX_ENTRIES_OF_OUR_OWN
    }

    assert unbounded == set()


def test_modules_that_call_themselves_pure_read_no_settings():
    impure = {
        module.name
        for module in modules().values()
        if "Pure" in (ast.get_docstring(module.tree) or "")
        and any(is_within(name, "django.conf") for name in imported(module))
    }

    assert impure == set()
