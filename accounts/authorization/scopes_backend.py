"""The scopes as django-oauth-toolkit asks for them."""

from oauth2_provider.scopes import BaseScopes

from accounts.authorization.scopes import DEFAULT_SCOPES, LABELS, Scope


class McpScopes(BaseScopes):
    """A client cannot widen what it may ask for by registering."""

    def get_all_scopes(self) -> dict[str, str]:
        return {scope.value: words.title for scope, words in LABELS.items()}

    def get_available_scopes(self, *args: object, **kwargs: object) -> list[str]:
        return [scope.value for scope in Scope]

    def get_default_scopes(self, *args: object, **kwargs: object) -> list[str]:
        return [scope.value for scope in DEFAULT_SCOPES]
