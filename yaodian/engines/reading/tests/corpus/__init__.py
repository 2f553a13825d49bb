"""Builders of test files: small documents, whole and broken, made in memory by the tests that need them."""
