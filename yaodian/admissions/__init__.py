"""Admissions: a season with its rules, families' applications, their verification, the draw, the places, and what follows."""
