from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    pass


@dataclass(frozen=True)
class Relaxation:
    pass


@dataclass(frozen=True)
class Told:
    reasons: tuple = ()
    relaxations: tuple = ()


def explain(*a):
    return Told()
