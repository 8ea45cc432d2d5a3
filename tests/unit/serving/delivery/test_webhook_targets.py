"""Where webhooks may go: by the URL's form, and by the addresses of its host."""

import asyncio

import pytest

from storage.errors import Invalid
from storage.webhooks import targets
from storage.webhooks.settings import WebhookSettings
from storage.webhooks.targets import TargetRules, is_public

pytestmark = pytest.mark.unit

STRICT = WebhookSettings(allow_private=False, allow_http=False)
LAX = WebhookSettings(allow_private=True, allow_http=True)


async def _public(host: str, port: int) -> list[str]:
    return ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://hooks.example.com/", "https"),
        ("ftp://hooks.example.com/", "https"),
        ("hooks.example.com", "https"),
        ("", "https"),
        ("https://", "not valid"),
        ("https://hooks..example.com:x/", "not valid"),
        ("https://user:word@hooks.example.com/", "user name"),
        ("https://@hooks.example.com/", "user name"),
        ("https://hooks.example.com/#part", "fragment"),
        ("https://hooks.example.com/#", "fragment"),
        ("https://hooks.example.com:25/", "port"),
        ("https://hooks.example.com:80/", "port"),
        ("https://hooks.example.com:0/", "port"),
        ("https://hooks.example.com:22/", "port"),
        ("https://hooks.exam\nple.com/", "control"),
        ("https://hooks.example.com/a b", "spaces"),
        ("https://hooks.example.com\\@169.254.169.254/", "backslashes"),
        ("https://hooks.example.com/\x00", "control"),
    ],
)
async def test_urls_of_another_form_are_refused_with_their_place(url: str, told: str) -> None:
    with pytest.raises(Invalid, match=told) as refusal:
        await TargetRules(STRICT, _public).check(url)
    assert refusal.value.pointer == "/url"
    assert refusal.value.code == "webhook-url-refused"


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://hooks.example.com", "hooks.example.com", "/"),
        ("https://hooks.example.com:8443/a?b=c@d", "hooks.example.com:8443", "/a?b=c@d"),
        ("https://hooks.example.com?key=1", "hooks.example.com", "/?key=1"),
        ("https://招聘.example.com/面试", "xn--otu796d.example.com", "/%E9%9D%A2%E8%AF%95"),
        ("https://[2606:2800::1]:4443/", "[2606:2800::1]:4443", "/"),
    ],
)
async def test_allowed_urls_come_apart_into_what_is_requested(url: str, authority: str, path: str) -> None:
    rules = TargetRules(STRICT, _public)
    await rules.check(url)
    target = rules.parse(url)
    assert (target.authority, target.path) == (authority, path)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "::1",  # loopback
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "fc00::1", "fd12::1", "fec0::1",  # private
        "169.254.169.254", "fe80::1", "fe80::1%eth0",  # link-local, where clouds keep credentials
        "100.64.0.1",  # CGNAT
        "224.0.0.1", "239.1.1.1", "ff02::1",  # multicast
        "0.0.0.0", "0.1.2.3", "::",  # unspecified
        "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "2001:db8::1",  # reserved
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1",  # IPv4 within IPv6
        "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1",  # NAT64
        "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # 6to4 and Teredo
    ],
)  # fmt: skip
async def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.215.14", address]

    assert not is_public(address)
    with pytest.raises(Invalid) as refusal:
        await TargetRules(STRICT, resolve).check("https://hooks.example.com/")
    assert (refusal.value.code, refusal.value.pointer) == ("webhook-address-refused", "/url")
    assert address not in refusal.value.message
    await TargetRules(LAX, resolve).check("https://hooks.example.com/")


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001::1"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://[::1]/", "https://localhost/"]
)
async def test_every_spelling_of_loopback_is_seen_through(url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await TargetRules(STRICT).check(url)
    assert refusal.value.code == "webhook-address-refused"


@pytest.mark.parametrize("takes_s", [0, 60])
async def test_a_host_without_addresses_is_refused(takes_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "_RESOLVE_S", 0.05)

    async def resolve(host: str, port: int) -> list[str]:
        await asyncio.sleep(takes_s)
        raise OSError

    with pytest.raises(Invalid) as refusal:
        await TargetRules(LAX, resolve).check("https://hooks.example.com/")
    assert (refusal.value.code, refusal.value.pointer) == ("webhook-host-unresolved", "/url")


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not WebhookSettings().allow_private
    monkeypatch.setenv("PARLEY_WEBHOOKS_ALLOW_PRIVATE", "true")
    monkeypatch.setenv("PARLEY_WEBHOOKS_ALLOW_HTTP", "true")
    assert WebhookSettings().allow_private and WebhookSettings().allow_http
