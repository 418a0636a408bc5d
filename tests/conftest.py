"""What holds for every test: no network."""

import socket

import pytest


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a test that reaches for the network fail at once, wherever it runs."""

    def refuse(_: socket.socket, address: object) -> None:
        raise AssertionError(f"A test tried to connect to {address!r}; tests need no network.")

    monkeypatch.setattr(socket.socket, "connect", refuse)
