"""The pages of accounts: sign_in, the pages of the settings, one approval, account."""
