"""Prompts: messages that a person picks, written with today's facts from the Hub.

base        what a prompt is
registry    every prompt
serving     the request: arguments, deadline, failures
facts       what several prompts tell of a repository
"""
