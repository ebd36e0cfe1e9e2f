"""Sign-in with Hugging Face, a small allauth provider.

urls, views   the POST that begins, the callback that ends
provider      scope, PKCE, nonce
exchange      code -> tokens -> a verified person
id_token      the signature and claims of the ID token
adapter       the person -> our user; every failure -> the sign-in page
"""
