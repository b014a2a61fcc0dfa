"""OpenStreetMap extracts (ODbL): the walking network and the services in them."""
