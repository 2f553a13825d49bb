"""The pages of units, people, accounts and rights."""
