"""Runs the dashboard's database work on threads of its own, so that requests do not wait for it."""

from accounts.database import DatabaseThreads

background = DatabaseThreads("dashboard", 2)
