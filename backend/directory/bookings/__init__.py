"""Bookings: what can be booked, who comes, who waits."""
