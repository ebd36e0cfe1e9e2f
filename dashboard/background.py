"""Runs the dashboard's database work on threads of its own, away from those that serve requests."""

from accounts.database import DatabaseThreads

background = DatabaseThreads("dashboard", 2)
