"""Approvals: a call that deletes, publishes or spends waits for the person's decision.

holding     whether a call may be made: the one entrance
asking      the client, which asks the person
books       where decisions are kept, so that each counts once
subjects    what a decision is about
words       what the assistant reads in place of a result
"""
