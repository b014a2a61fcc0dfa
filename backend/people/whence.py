"""Where a request comes from, as limits count it."""

from ipaddress import IPv6Address, ip_address, ip_network


def counted(address: str) -> str:
    """An IPv4 address as it is; of an IPv6 address the /64, since one household has all of it; other text unchanged."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)
