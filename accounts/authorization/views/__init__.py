"""authorize (the consent page), endpoints (token, revocation, registration), metadata, and
connections (what a person sees of it all).
"""
