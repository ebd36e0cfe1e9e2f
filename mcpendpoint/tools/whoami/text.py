"""hf_whoami's answer for a reader. Pure: no I/O."""

from collections.abc import Iterator

from mcpendpoint.tools import markdown
from mcpendpoint.tools.whoami.results import (
    AppToken,
    Credential,
    OAuth,
    Organization,
    OtherCredential,
    Permissions,
    PersonalAccessToken,
    ResourceGroup,
    WhoAmIResult,
)


def render(result: WhoAmIResult) -> str:
    parts = ["# Hugging Face authentication"]
    if result.account is None:
        parts.append(result.guidance or "")
        return "\n\n".join(parts)
    account = result.account
    name = markdown.code(account.name)
    shown = f"{markdown.link(f'@{account.name}', account.url)} ({name})" if account.url else name
    parts += [
        f"Authenticated as {shown}.",
        markdown.bullets(
            (
                ("Account id", markdown.code(account.id)),
                ("Type", account.type),
                ("PRO", None if account.is_pro is None else "yes" if account.is_pro else "no"),
            )
        ),
        *_credential_lines(result.credential),
        *_organization_lines(result.organizations),
    ]
    return "\n\n".join(part for part in parts if part)


def _credential_lines(credential: Credential | None) -> Iterator[str]:
    if credential is None:
        return
    yield "## Current credential"
    pairs: list[tuple[str, str | None]] = [("Type", credential.type.replace("_", " "))]
    match credential:
        case PersonalAccessToken(role=role, created_at=created_at):
            pairs += [("Role", role), ("Created", markdown.date(created_at))]
        case OAuth(expires_at=expires_at, scopes=scopes):
            expires = expires_at.isoformat() if expires_at else None
            pairs += [("Expires", expires), ("Scopes", ", ".join(scopes or []))]
        case AppToken(role=role, entities=entities):
            names = [f"{item.type} {item.name}" if item.type else item.name for item in entities]
            pairs += [("Role", role), ("May reach", markdown.some(names, 50))]
        case OtherCredential(expires_at=expires_at):
            pairs.append(("Expires", expires_at.isoformat() if expires_at else None))
    yield markdown.bullets(pairs)
    if isinstance(credential, PersonalAccessToken) and credential.permissions:
        yield from _permission_lines(credential.permissions)


def _permission_lines(permissions: Permissions) -> Iterator[str]:
    if permissions.scoped:
        yield "### Scoped permissions"
    for grant in permissions.scoped:
        entity = grant.entity
        yield f"#### {entity.type}: {markdown.code(entity.name or entity.id)}"
        lines = [f"- **Id:** {markdown.code(entity.id)}"]
        lines += [f"- {permission}" for permission in grant.permissions]
        lines += [
            f"- Only {rule.resource_type.replace('_', ' ')}s: {markdown.some(rule.patterns, 20)}"
            for rule in grant.restrictions or []
        ]
        yield "\n".join(lines)
    general = [f"- {permission}" for permission in permissions.global_ or []]
    if permissions.can_read_gated_repos is not None:
        may = "may" if permissions.can_read_gated_repos else "may not"
        general.append(f"- {may} read gated repositories the account has access to")
    if general:
        yield "### Global permissions"
        yield "\n".join(general)


def _organization_lines(organizations: list[Organization]) -> Iterator[str]:
    if organizations:
        yield "## Organization memberships"
    for org in organizations:
        name = markdown.one_line(org.display_name, 100)
        yield f"### {markdown.link(name, org.url)} ({markdown.code(org.name)})"
        yield markdown.bullets(
            (
                ("Organization id", markdown.code(org.id)),
                ("Role", org.role),
                ("Plan", org.plan),
                ("Security restrictions", ", ".join(org.security_restrictions or [])),
                ("Resource groups", ", ".join(_group(g) for g in org.resource_groups or [])),
            )
        )


def _group(group: ResourceGroup) -> str:
    role = f" ({group.role})" if group.role else ""
    return f"{markdown.one_line(group.name, 100)} {markdown.code(group.id)}{role}"
