from tests.accounts.conftest import alice, alice_client, client_of, stranger, visitor

__all__ = ["alice", "alice_client", "client_of", "stranger", "visitor"]
