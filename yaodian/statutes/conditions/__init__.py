"""What a school is built for: class sizes, service radius, what counts as small."""
