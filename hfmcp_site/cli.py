"""`hfmcp`, the command of an installed server."""

import sys
from pathlib import Path

from hfmcp_site.entrance import prepare, take_directory

USAGE = """\
hfmcp run [--host HOST] [--port PORT] [--workers N]
    make secrets and a database where there are none, and serve people and their clients
hfmcp serve [--host HOST | --uds PATH | --fd N] [--port PORT] [--workers N] [--no-migrate]
    the same for production, where the secrets are set: migrate the database, and serve
hfmcp stdio [owner/space …] [--bouquet NAME] [--mix NAMES] [--gradio SPACES]
            [--no-image-content] [--account]
    serve the client that starts it, on standard input and output
hfmcp doctor [--json] [--wait SECONDS]
    say what is wrong with this deployment, and what to do
hfmcp people | sessions | spaces | keys | audit …
    for operators; each explains itself with --help
hfmcp secrets
    print new secrets, for .env or wherever settings are kept
hfmcp COMMAND …
    Django's commands, such as migrate, check, help
hfmcp --version

--directory DIR says where the database and .env are, instead of in the user's data directory.
"""


def main() -> None:
    arguments, directory = take_directory(sys.argv[1:])
    settings_module = prepare(arguments)
    match arguments:
        case [] | ["-h" | "--help"]:
            print(USAGE, end="")
        case ["-V" | "--version"]:
            from mcpendpoint import __version__

            print(__version__)
        case ["secrets"]:
            from hfmcp_site.env import GENERATED

            for name, make in GENERATED.items():
                print(f"{name}={make()}")
        case _:
            _run(arguments, settings_module, directory)


def _run(arguments: list[str], settings_module: str, directory: Path | None) -> None:
    from django.core.exceptions import ImproperlyConfigured

    from hfmcp_site import env

    env.begin(directory)
    # Not that of another project, which a shell may name.
    env.env.ENVIRON["DJANGO_SETTINGS_MODULE"] = settings_module
    try:
        _run_command(arguments)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


def _run_command(arguments: list[str]) -> None:
    if arguments[0] == "run":
        from hfmcp_site.running import run

        run(arguments[1:])
    elif arguments[0] == "serve":
        from hfmcp_site import serve

        serve.main(serve.read(arguments[1:], "hfmcp serve"))
    else:
        from django.core.management import execute_from_command_line

        execute_from_command_line(["hfmcp", *arguments])


if __name__ == "__main__":
    main()
