"""The pages of groups, for admins."""
