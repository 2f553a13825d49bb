"""Placing pieces one by one and displacing those in the way, without a model: how large schools get their first timetable."""

from .searching import Displacing

__all__ = ["Displacing"]
