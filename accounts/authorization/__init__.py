"""Our OAuth 2.1 authorization server: lets MCP clients act for users who authorized them.

Built on django-oauth-toolkit. What it grants (scopes), for where (resources), to whom (redirects,
registration), by whose consent (consent), and what a token is worth (tokens, connections).
"""
