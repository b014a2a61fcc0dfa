"""Where the circle is broken: which share of a community's homes reaches each kind of service, now and over time."""
