"""The overview of a user or organisation."""

from django.conf import settings

from mcpendpoint.hub.types import Organization, User
from mcpendpoint.tools import markdown
from mcpendpoint.tools.repo_details.results import Account

MAX_ORGANIZATIONS = 30
MAX_TEXT_CHARS = 500


def account_of(found: User | Organization) -> Account:
    counts = {
        "models": found.models,
        "datasets": found.datasets,
        "spaces": found.spaces,
        "papers": found.papers,
        "followers": found.followers,
        "details": _text(found.details),
        "display_name": _text(found.fullname),
    }
    match found:
        case User(user=name):
            return Account(
                type="user",
                name=name,
                url=f"{settings.HF_ENDPOINT}/{name}",
                is_pro=found.is_pro,
                created_at=found.created_at,
                organizations=[org.name for org in found.orgs[:MAX_ORGANIZATIONS]] or None,
                **counts,
            )
        case Organization(name=name):
            return Account(
                type="organization",
                name=name,
                url=f"{settings.HF_ENDPOINT}/{name}",
                is_verified=found.is_verified,
                plan=found.plan or ("enterprise" if found.is_enterprise else None),
                members=found.members,
                **counts,
            )


def _text(text: str | None) -> str | None:
    return markdown.one_line(text, MAX_TEXT_CHARS) if text else None


def render_account(account: Account) -> str:
    facts = markdown.bullets(
        (
            ("Type", account.type),
            ("Name", account.display_name),
            ("About", account.details),
            ("PRO", "yes" if account.is_pro else None),
            ("Verified", "yes" if account.is_verified else None),
            ("Plan", account.plan),
            ("Models", _count(account.models)),
            ("Datasets", _count(account.datasets)),
            ("Spaces", _count(account.spaces)),
            ("Papers", _count(account.papers)),
            ("Members", _count(account.members)),
            ("Followers", _count(account.followers)),
            ("Organizations", ", ".join(account.organizations or [])),
            ("Joined", markdown.date(account.created_at) if account.created_at else None),
            ("Link", account.url),
        )
    )
    following = f"Their repositories: hub_repo_search with author `{account.name}`."
    return "\n\n".join([*markdown.mark([account.details]), facts, following])


def _count(value: int | None) -> str | None:
    return None if value is None else str(value)
