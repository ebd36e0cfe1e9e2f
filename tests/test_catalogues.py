"""Catalogues hold every marked message, in every language, and are compiled."""

import re
import shutil
import subprocess
import sys
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import to_locale

from tests.needs import need

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("accounts", "dashboard", "hfmcp_site", "mcpendpoint", "templates")
LOCALES = [to_locale(code) for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|<[^>]+>")


def catalogue(locale: str) -> Path:
    return ROOT / "locale" / locale / "LC_MESSAGES" / "django.po"


def messages_of(compiled: bytes) -> dict[object, str]:
    return {
        key: text
        for key, text in GNUTranslations(BytesIO(compiled))._catalog.items()  # type: ignore[attr-defined]
        if key
    }


def compiled_of(po: Path, *options: str) -> bytes:
    command = ["msgfmt", *options, "--output-file=-", str(po)]
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.fixture(scope="session")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogues as `make messages` would leave them."""
    need(shutil.which("xgettext"), "GNU gettext is not installed (apt-get install gettext)")
    copy = tmp_path_factory.mktemp("messages")
    for folder in (*SOURCES, "locale"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("*.pyc"))
    languages = [f"--locale={locale}" for locale in LOCALES]
    command = [sys.executable, "-m", "django", "makemessages", "--no-obsolete", *languages]
    subprocess.run(
        command, cwd=copy, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin"}
    )
    yield copy


@pytest.mark.parametrize("locale", LOCALES)
def test_every_marked_message_is_translated(extracted, locale):
    po = extracted / catalogue(locale).relative_to(ROOT)
    command = ["msgattrib", "--untranslated", str(po)]
    untranslated = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    command = ["msgattrib", "--only-fuzzy", str(po)]
    unsure = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert (untranslated, unsure) == ("", "")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_catalogue_has_no_message_that_is_not_used(extracted, locale):
    po = catalogue(locale)
    marked = extracted / po.relative_to(ROOT)

    assert messages_of(compiled_of(po)).keys() == messages_of(compiled_of(marked)).keys()


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_compiled_is_what_is_written(extracted, locale):
    po = catalogue(locale)

    compiled = messages_of(po.with_suffix(".mo").read_bytes())

    assert compiled == messages_of(compiled_of(po, "--check-format")), "run `make messages`"


@pytest.mark.parametrize("locale", LOCALES)
def test_a_translation_keeps_placeholders_and_markup(locale):
    messages = messages_of(catalogue(locale).with_suffix(".mo").read_bytes())

    changed = [
        text
        for key, text in messages.items()
        if sorted(PLACEHOLDER.findall(key[0] if isinstance(key, tuple) else str(key)))
        != sorted(PLACEHOLDER.findall(text))
    ]
    assert changed == []
