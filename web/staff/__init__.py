"""The staff's own pages: login, second factors, security, invitation, back office."""
