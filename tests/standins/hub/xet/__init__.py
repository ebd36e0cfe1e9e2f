"""The Xet storage: large files in chunks, by the protocol that huggingface.co/docs/xet describes.

lz4     decompression
format  chunks in a xorb, files in a shard
tokens  /api/…/xet-{read,write}-token/…: the Hub lets somebody in
cas     the storage itself: it takes xorbs and shards, and tells how to put a file together
"""
