"""What is published beside a placement: a stand-alone check in plain Python that shares no code with the program."""

from importlib import resources

CHECK = "check.py"


def shipped() -> dict[str, bytes]:
    """The check by its file name, as it is published."""
    return {CHECK: (resources.files("yaodian.admissions.problem.bundle") / CHECK).read_bytes()}
