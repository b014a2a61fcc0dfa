"""Members of staff: how they are invited, prove who they are, and get and lose roles."""
