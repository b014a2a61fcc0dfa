"""The pages of those who offer something: providers and the keepers of venues."""
