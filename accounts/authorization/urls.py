from django.urls import path

from accounts.authorization.views import authorize, connections, endpoints, metadata

app_name = "authorization"

urlpatterns = [
    path(".well-known/oauth-authorization-server", metadata.authorization_server),
    path(".well-known/openid-configuration", metadata.openid_configuration),
    # Where a client looks that ends the issuer with a slash.
    path(".well-known/oauth-authorization-server/", metadata.authorization_server),
    path(".well-known/openid-configuration/", metadata.openid_configuration),
    path("oauth/jwks", metadata.jwks, name="jwks"),
    path("oauth/authorize", authorize.authorize, name="authorize"),
    path("oauth/token", endpoints.token, name="token"),
    path("oauth/register", endpoints.register, name="register"),
    path("oauth/revoke", endpoints.revoke, name="revoke"),
    path(
        "settings/apps/<int:connection_id>/disconnect/", connections.disconnect, name="disconnect"
    ),
    path(
        "settings/apps/<int:connection_id>/scopes/",
        connections.change_scopes,
        name="change-app-scopes",
    ),
    path(
        "settings/apps/clients/<int:client_id>/remove/",
        connections.remove_client,
        name="remove-client",
    ),
    path(
        "settings/sign-out-everywhere/", connections.sign_out_everywhere, name="sign-out-everywhere"
    ),
]
