"""The forms of admissions. They take what was typed; whether it can be is for the operations."""
