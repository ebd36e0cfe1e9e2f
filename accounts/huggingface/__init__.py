"""Sign-in with Hugging Face, a small allauth provider.

urls, views   the POST that begins, the callback that ends
provider      scope, PKCE, nonce
permissions   what the scopes mean, and which may be asked for
step_up       more scopes for somebody who signed in and confirmed it
exchange      code -> tokens -> a verified person
id_token      the signature and claims of the ID token
adapter       the person -> our user; every failure -> the sign-in page
"""
