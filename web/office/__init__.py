"""The back office: Django's admin, only to look, for those who may, behind our own login."""
