"""Writes the secrets that a fresh clone lacks to `.env`, and keeps those that are there.

`python -m hfmcp_site.bootstrap`; `make run` calls it. Needs no settings.
"""

import secrets

from cryptography.fernet import Fernet

from hfmcp_site.env import BASE_DIR

GENERATED = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "FIELD_ENCRYPTION_KEYS": lambda: Fernet.generate_key().decode(),
}


def ensure_secrets() -> list[str]:
    """Append missing secrets to `.env`, readable by its owner only; return their names."""
    path = BASE_DIR / ".env"
    present = path.read_text() if path.exists() else ""
    names = {line.split("=", 1)[0].strip() for line in present.splitlines()}
    missing = [name for name in GENERATED if name not in names]
    if missing:
        path.touch(mode=0o600)
        lines = [f"{name}={GENERATED[name]()}\n" for name in missing]
        separator = "" if not present or present.endswith("\n") else "\n"
        path.write_text(present + separator + "".join(lines))
    return missing


if __name__ == "__main__":
    for name in ensure_secrets():
        print(f"Generated {name} in .env")
