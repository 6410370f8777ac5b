"""No address that leads back inside is taken for a public one, in whatever dress it comes."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animeter.media.addresses import is_public, parsed


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "169.254.169.254",
        ),
        *(
            "0.0.0.0",
            "0.1.2.3",
            "100.64.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "203.0.113.9",
        ),
        *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fdff::1", "fec0::1", "ff02::1"),
        *("2001:db8::1", "100::1", "64:ff9b:1::1", "3fff::1", "::ffff:127.0.0.1", "::127.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:c0a8:1::1"),
    ],
)
def test_these_are_not_public(address: str) -> None:
    assert not is_public(parsed(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.32.0.1", "2606:4700:4700::1111", "2a00:1450::1",
     "::ffff:8.8.8.8", "64:ff9b::808:808"],
)  # fmt: skip
def test_these_are(address: str) -> None:
    assert is_public(parsed(address))


@given(st.ip_addresses(v=4))
def test_an_address_inside_an_address_counts_as_itself(inner: IPv4Address) -> None:
    number = int(inner)
    mapped = IPv6Address((0xFFFF << 32) | number)
    translated = IPv6Address((0x64FF9B << 96) | number)
    assert is_public(mapped) == is_public(inner)
    assert is_public(translated) == is_public(inner)
    if not is_public(inner):
        assert not is_public(IPv6Address((0x2002 << 112) | (number << 80)))
