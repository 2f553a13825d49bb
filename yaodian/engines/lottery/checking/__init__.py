"""The verifier, which shares no code with the draw."""
