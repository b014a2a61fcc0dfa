"""What the rooms' rows say together about a place: the service index. Reads all domains, changes none of them."""
