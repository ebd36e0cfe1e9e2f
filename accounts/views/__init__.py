"""The pages of accounts: sign_in, settings (tools and the page itself), keys, account."""
