"""Emergency: devices and people call, dispatchers answer."""
