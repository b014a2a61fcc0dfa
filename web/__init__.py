"""People's edge: the desk, the resident's pages and the demo, rendered on the server. Reads and verbs come from the domain."""
