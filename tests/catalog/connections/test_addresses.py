"""Where we never send: into our own house, whatever it's called."""

import socket

import pytest

from catalog.connections import addresses, posting

OURS = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.10",
    "169.254.169.254",  # where clouds keep their keys
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
]


@pytest.fixture
def in_production(settings):
    settings.WEBHOOKS_TO_LOOPBACK = False


def resolve_to(monkeypatch, *found):
    def getaddrinfo(host, port, **facts):
        return [(None, None, None, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize("address", OURS)
def test_no_address_of_our_own_is_sent_to(in_production, monkeypatch, address):
    resolve_to(monkeypatch, address)

    with pytest.raises(addresses.AddressNotAllowed):
        addresses.look_up(addresses.read("https://shop.example/hook"))


def test_one_address_of_ours_among_public_ones_is_enough(in_production, monkeypatch):
    resolve_to(monkeypatch, "93.184.216.34", "10.0.0.1")

    with pytest.raises(addresses.AddressNotAllowed):
        addresses.look_up(addresses.read("https://shop.example/hook"))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_a_public_machine_is_sent_to(in_production, monkeypatch, address):
    resolve_to(monkeypatch, address)

    target = addresses.read("https://shop.example:8443/hook?a=1")

    assert addresses.look_up(target) == address
    assert target.name == "shop.example:8443"
    assert target.at("93.184.216.34") == "https://93.184.216.34:8443/hook?a=1"
    assert target.at("2606::1") == "https://[2606::1]:8443/hook?a=1"


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/hook",
        "ftp://shop.example/hook",
        "https://user:pass@shop.example/",
        "https://",
        "https:///hook",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://shop.example:99999/",
        "https://[shop/",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_no_https_address_of_a_public_machine_is_refused(in_production, url):
    with pytest.raises(addresses.AddressNotAllowed):
        addresses.read(url)


@pytest.mark.parametrize(
    "url", ["https://2130706433/", "https://0x7f.1/", "https://127.1/"]
)
def test_odd_spellings_of_loopback_are_seen_through(in_production, url):
    answer = posting.post(url, body=b"{}", headers={})

    assert answer.status is None
    assert answer.error in (
        "The address is not on the public internet",
        "The name has no address",
    )


def test_in_development_http_goes_to_this_machine_and_nowhere_else(monkeypatch):
    target = addresses.read("http://shop.example/hook")

    resolve_to(monkeypatch, "127.0.0.1")
    assert addresses.look_up(target) == "127.0.0.1"
    resolve_to(monkeypatch, "93.184.216.34")
    with pytest.raises(addresses.AddressNotAllowed):
        addresses.look_up(target)


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch, receiver):
    """A name that means another machine a moment later gains nothing."""
    port = addresses.read(receiver.url).port
    asked = []

    def getaddrinfo(host, port, **facts):
        asked.append(host)
        return [(None, None, None, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    answer = posting.post(f"http://shop.example:{port}/a?b=c", body=b"{}", headers={})

    assert answer.status == 200
    assert asked.count("shop.example") == 1
    assert receiver.received[0][0]["host"] == f"shop.example:{port}"


@pytest.mark.parametrize("mood", ["hanging", "dripping"])
def test_who_hangs_is_left_in_time(monkeypatch, receiver, mood):
    monkeypatch.setattr(posting, "SECONDS", 0.5)
    receiver.mood = mood

    answer = posting.post(receiver.url, body=b"{}", headers={})

    assert answer.error.startswith("No answer within")
    assert 400 < answer.took_ms < 3000


def test_of_an_endless_answer_little_is_read(receiver):
    receiver.mood = "endless"

    answer = posting.post(receiver.url, body=b"{}", headers={})

    assert answer.status == 500
    assert len(answer.text) == posting.MOST_READ


def test_a_redirect_is_an_answer_and_never_followed(receiver):
    receiver.mood = "elsewhere"

    answer = posting.post(receiver.url, body=b"{}", headers={})

    assert (answer.status, answer.is_good) == (302, False)
    assert len(receiver.received) == 1


def test_nobody_there_is_an_answer_too():
    answer = posting.post("http://127.0.0.1:1/", body=b"{}", headers={})

    assert answer.status is None
    assert "ConnectError" in answer.error
