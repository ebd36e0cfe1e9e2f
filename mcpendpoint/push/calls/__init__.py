"""What is said on the streams of calls, kept for clients whose connection breaks (2025-11-25,
Streamable HTTP, Resumability and Redelivery)."""
