"""What holds for all tests."""

import signal


def pytest_configure() -> None:
    """Take Ctrl-C again where a shell started the tests with it ignored: the programs under test inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
