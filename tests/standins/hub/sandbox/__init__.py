"""Sandboxes: what the server inside of a sandbox's job answers, at /_jobs/{job}--{port}.hf.jobs/.

Commands are understood, not executed (../jobs/programs.py), over files that are held in memory.

records    a sandbox: its files and its processes
rpc        who may talk to it, and is it up?
commands   running commands, in the foreground and in the background
files      reading and writing files
"""
