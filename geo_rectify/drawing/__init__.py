"""Room: drawing."""
