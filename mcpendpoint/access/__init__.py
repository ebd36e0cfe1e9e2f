"""Callers, rate limits and selections."""
