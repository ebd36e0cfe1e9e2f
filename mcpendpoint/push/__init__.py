"""Streams that stay open, and what is sent on them unasked."""
