"""What is published beside a draw: a stand-alone verifier in plain Python and a page that checks without a network.

Both are programs of their own that share no code with the engine, nor with each other.
"""

from importlib import resources

SHIPPED = ("check.py", "check.html")


def shipped() -> dict[str, bytes]:
    """The two programs by file name, as they are published."""
    folder = resources.files(__name__)
    return {name: (folder / name).read_bytes() for name in SHIPPED}
