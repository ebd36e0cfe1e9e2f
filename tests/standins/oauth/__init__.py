"""A stand-in for sign-in with Hugging Face: the OpenID provider of npm `oidc-provider`."""
