"""Floor 4: the HTTP server, and the page that it serves."""
