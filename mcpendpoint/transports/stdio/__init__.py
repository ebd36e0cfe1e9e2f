"""The stdio transport: one client, which started this process, on its standard streams."""
