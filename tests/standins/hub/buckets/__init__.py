"""Buckets: files without versions, whose contents are in the Xet storage (../xet).

records   a bucket and its files
access    finding one, and who may change it
pages     /api/buckets: lists, creating, settings, deleting
contents  the tree, paths, the files themselves
batch     POST …/batch: adding, copying and deleting files
"""
