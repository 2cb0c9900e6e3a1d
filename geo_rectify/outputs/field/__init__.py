"""Room: field."""
