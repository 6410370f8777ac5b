"""Which addresses are out in the public Internet, and which lead back into somebody's network."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

# Beside what `is_global` knows, which differs between versions of Python.
_CLOSED: Final = tuple(
    map(
        IPv4Network,
        ("0.0.0.0/8", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4"),
    )
)
_CLOSED_V6: Final = tuple(
    map(
        IPv6Network,
        (
            *("100::/64", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fec0::/10"),
            "64:ff9b:1::/48",  # a network's own translation to IPv4
        ),
    )
)
_NAT64: Final = IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Say whether anybody on the Internet could reach the address.

    An IPv6 address that carries an IPv4 address inside leads there, so both must be public.
    """
    if isinstance(address, IPv4Address):
        return (
            address.is_global
            and not address.is_multicast
            and not any(address in network for network in _CLOSED)
        )
    inner = _carried(address)
    if inner is not None:
        return is_public(inner)
    return (
        address.is_global
        and not address.is_multicast
        and not any(address in network for network in _CLOSED_V6)
    )


def parsed(text: str) -> Address:
    """Read an address as resolvers write it, with or without a zone."""
    return ip_address(text.partition("%")[0])


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or int(address) >> 32 == 0:  # the latter: "IPv4-compatible", ::a.b.c.d
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None
