"""The pages of operators and admins, below /dashboard/."""
