"""Ratings: what people say of a service after a visit."""
