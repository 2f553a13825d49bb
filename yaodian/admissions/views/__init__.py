"""The pages of admissions: of families, of offices, and those that everybody may read."""
