"""Several selections a person, each with a name and an address of its own."""
