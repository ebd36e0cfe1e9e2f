"""Buckets: files without versions.

records  a bucket and its files
"""
