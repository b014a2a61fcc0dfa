"""Payment providers. One so far: `stripe`."""
