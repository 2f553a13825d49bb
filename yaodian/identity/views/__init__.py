"""The pages of the door, of one's own security, of administration, and of single sign-on."""
