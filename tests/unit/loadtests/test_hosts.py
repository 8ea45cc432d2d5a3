"""A load goes to this machine or to a network that is ours to load."""

from ipaddress import ip_network

import pytest

from loadtests.hosts import ForbiddenHost, check_host

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_this_machine_may_be_loaded(url: str) -> None:
    check_host(url)


@pytest.mark.parametrize("url", ["http://192.0.2.1", "http://10.0.0.1:8000", "http://[2001:db8::1]", "127.0.0.1", ""])
def test_others_may_not(url: str) -> None:
    with pytest.raises(ForbiddenHost):
        check_host(url)


def test_a_test_network_may_be_loaded_and_no_other() -> None:
    networks = [ip_network("10.77.0.0/16"), ip_network("fd00:77::/32")]
    check_host("http://10.77.3.4:8000", networks)
    check_host("http://[fd00:77::1]:8000", networks)
    with pytest.raises(ForbiddenHost):
        check_host("http://10.78.0.1:8000", networks)
