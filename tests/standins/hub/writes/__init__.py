"""Changing repositories, in this process's memory.

rights      who may change what
creation    creating, duplicating, moving and deleting a repository
settings    its visibility, a Space's variables and secrets, its branches and tags
preupload   which files are large
large_files the store that those go to
operations  what a commit does to the files
commits     POST …/commit/{revision}
metadata    what a README says about its repository
validation  whether it says it well
"""
