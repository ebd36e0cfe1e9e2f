"""Files of people, kept here for a while: what they upload, and what assistants keep for them.

names.py      what a file is called, and of which type (pure)
handles.py    `file://<id>/<name>`, by which a file is told to a tool (pure)
models.py     whose a file is, and of which pieces
keeping.py    takes files in, within a person's quota; deletes them
tickets.py    let clients send the bytes of one file each; incoming.py takes these in
questions.py  ask a person for files that a call lacks
reading.py    finds and reads a person's own
links.py      signed links, which open without a session
"""
