"""hf_fs_write: put or remove one file of a repository or a bucket.

arguments   the options of both commands, and what they mean. Pure
tool        the tool itself
results     what was done, for a program and for a reader
"""
