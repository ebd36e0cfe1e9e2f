"""hub_repo_details: one repository or account closely, or up to ten at once.

arguments  what can be asked          results    what is answered, typed
tool       the line through it all    finding    which repository an id means
overview, account, readme, structure, preview    one part of an answer each: fetch, shape, render
"""
