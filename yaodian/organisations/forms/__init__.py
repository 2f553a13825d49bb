"""The forms of the pages; what they ask, never what is allowed."""
