"""Themed circles: rounds of places that officers pick, write about and publish."""
