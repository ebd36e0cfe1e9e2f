"""How client secrets are stored."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class RandomSecretHasher(PBKDF2PasswordHasher):
    """For secrets that we made ourselves, which are too long to be guessed at any speed."""

    algorithm = "pbkdf2_sha256_of_random"
    iterations = 1
