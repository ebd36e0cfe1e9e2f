"""How client secrets are stored."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class RandomSecretHasher(PBKDF2PasswordHasher):
    """Hashes once: our secrets are random, and too long to be guessed."""

    algorithm = "pbkdf2_sha256_of_random"
    iterations = 1
