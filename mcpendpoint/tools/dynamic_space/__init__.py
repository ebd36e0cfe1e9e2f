"""dynamic_space: find a Space, look at its tools and run one, without adding it.

tool.py      its arguments and result          finding.py      Spaces by what they do
viewing.py   the tools of a Space              running.py      one of them, after the person agreed
spaces.py    what is needed to run Spaces, which serving hands over
"""
