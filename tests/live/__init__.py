"""The product as it is deployed: a server process of its own, told apart by its environment."""
