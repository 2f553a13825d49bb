"""What is read of seasons, applications and places; each list with a constant number of queries."""
