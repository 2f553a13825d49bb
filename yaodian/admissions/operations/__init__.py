"""What is done to seasons, applications and places; each in one transaction, with its journal entry."""
