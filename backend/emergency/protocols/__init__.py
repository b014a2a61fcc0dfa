"""The languages of devices: pure codecs, no sockets, no database."""
