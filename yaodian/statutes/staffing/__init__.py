"""Posts and exchange of teachers: how many are due, how many moved."""
