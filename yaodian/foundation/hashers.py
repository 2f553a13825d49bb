"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class OwaspArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with the first profile of the OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.

    Django's default takes 100 MiB for each sign-in, which a small machine cannot give to ten people at nine o'clock.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
