"""A stand-in for sign-in with Hugging Face: the certified OpenID provider of npm `oidc-provider`."""
