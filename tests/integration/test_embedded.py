"""The embedded servers: real processes, killed, shared and started in odd places."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis
from kombu.connection import Connection

from notes_pipeline.core.errors import ServiceUnavailableError
from notes_pipeline.embedded import RedisUrls, embedded_postgres, embedded_redis, embedded_status, processes
from notes_pipeline.embedded.accounts import server_account
from notes_pipeline.embedded.binaries import postgres_binaries
from notes_pipeline.embedded.postgres import Postgres
from notes_pipeline.embedded.relocation import reachable_place
from notes_pipeline.embedded.sharing import shared

ODD_NAME = "a checkout with 'quotes', $money and \"more\" " + "x" * 110

# Uses both servers until it is told to end; says when they are up.
USER = """
import sys
from pathlib import Path
from notes_pipeline.embedded import embedded_postgres, embedded_redis
folder = Path(sys.argv[1])
try:
    with embedded_postgres(folder, durable=False), embedded_redis(folder, durable=False):
        print("up", flush=True)
        sys.stdin.readline()
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's account can enter, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="notes-test-"))
    folder.chmod(0o755)
    yield folder / "run"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def used_folder() -> Iterator[Path]:
    """A folder with a database in it: the servers start there within 0.1 s."""
    folder = Path(tempfile.mkdtemp(prefix="notes-test-"))
    folder.chmod(0o755)
    with embedded_postgres(folder, durable=False):
        pass
    yield folder
    assert servers(folder) == []
    shutil.rmtree(folder)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(question)
        return cursor.fetchall() if cursor.description else None


def servers(folder: Path) -> list[int]:
    return processes.servers_of(folder / "postgres" / "data") + processes.servers_of(folder / "redis")


def postmaster(folder: Path) -> int:
    pid = processes.read_pid(folder / "postgres" / "data" / "postmaster.pid")
    assert pid is not None
    return pid


def start_user(folder: Path) -> subprocess.Popen[str]:
    user = subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert user.stdout is not None
    assert user.stdout.readline() == "up\n"
    return user


def end(user: subprocess.Popen[str], last_words: str = "\n") -> str:
    said, _ = user.communicate(last_words, timeout=20)
    return said


def wait_until_gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_data_outlives_the_servers_in_a_folder_with_an_odd_and_long_name(folder: Path) -> None:
    odd = folder / ODD_NAME
    with embedded_postgres(odd) as url, embedded_redis(odd) as urls:
        assert ask(url, "SELECT current_database(), current_setting('server_encoding')") == [("notes", "UTF8")]
        ask(url, "CREATE TABLE kept AS SELECT lower('ÄÖ') AS word")
        with redis.Redis.from_url(urls.client) as client:
            client.set("kept", "yes")
        with Connection(urls.celery) as connection:  # type: ignore[no-untyped-call]  # kombu has few types
            connection.ensure_connection(max_retries=1)
    assert servers(odd) == []
    with embedded_postgres(odd) as url, embedded_redis(odd) as urls:
        assert ask(url, "SELECT word FROM kept") == [("äö",)]
        with redis.Redis.from_url(urls.client) as client:
            assert client.get("kept") == b"yes"
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_nothing_is_left_below_tmp_when_the_servers_are_down(used_folder: Path) -> None:
    with embedded_postgres(used_folder), embedded_redis(used_folder) as urls:
        sockets = Path(urls.client.removeprefix("unix://").partition("?")[0]).parent
        assert sockets.stat().st_mode & 0o777 == 0o700
    assert not sockets.exists()


def test_an_exception_inside_stops_the_servers(used_folder: Path) -> None:
    with pytest.raises(ZeroDivisionError), embedded_postgres(used_folder), embedded_redis(used_folder):
        raise ZeroDivisionError
    assert servers(used_folder) == []


def test_the_last_to_leave_stops_the_server(used_folder: Path) -> None:
    with embedded_postgres(used_folder) as first:
        pid = postmaster(used_folder)
        user = start_user(used_folder)
        assert postmaster(used_folder) == pid
    assert ask(first, "SELECT 1") == [(1,)]
    end(user)
    assert servers(used_folder) == []


def test_many_that_start_at_once_share_one_server(folder: Path) -> None:
    def use(_: int) -> tuple[str, RedisUrls, list[int]]:
        with embedded_postgres(folder, durable=False) as url, embedded_redis(folder, durable=False) as urls:
            time.sleep(1)
            return url, urls, [postmaster(folder)]

    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(use, range(6)))
    assert all(each == found[0] for each in found)
    assert servers(folder) == []


def test_ctrl_c_in_the_terminal_stops_the_servers_in_order(used_folder: Path) -> None:
    user = start_user(used_folder)
    os.killpg(user.pid, signal.SIGINT)  # the terminal sends it to the whole group
    assert end(user, "") == "interrupted\n"
    assert user.returncode == 0
    assert servers(used_folder) == []
    log = (used_folder / "postgres" / "postgres.log").read_text()
    assert log.rstrip().endswith("database system is shut down")


def test_servers_of_a_killed_user_stop_by_themselves(used_folder: Path) -> None:
    user = start_user(used_folder)
    found = servers(used_folder)
    user.kill()
    end(user, "")
    assert found
    assert all(wait_until_gone(pid) for pid in found)


def test_servers_of_a_killed_user_are_kept_for_the_others(used_folder: Path) -> None:
    with embedded_postgres(used_folder) as url, embedded_redis(used_folder):
        user = start_user(used_folder)
        user.kill()
        end(user, "")
        time.sleep(0.5)
        assert ask(url, "SELECT 1") == [(1,)]
    assert servers(used_folder) == []


def test_servers_stop_when_their_user_is_killed_and_the_folder_removed(folder: Path) -> None:
    user = start_user(folder)
    found = servers(folder)
    sockets = [Path((folder / name / "socket_folder").read_text()) for name in ("postgres", "redis")]
    user.kill()
    end(user, "")
    shutil.rmtree(folder, ignore_errors=True)
    assert all(wait_until_gone(pid) for pid in found)
    deadline = time.monotonic() + 30
    while any(each.exists() for each in sockets) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(each.exists() for each in sockets)


def test_killed_servers_are_started_again_with_what_was_committed(used_folder: Path) -> None:
    with embedded_postgres(used_folder) as url, embedded_redis(used_folder) as urls:
        ask(url, "CREATE TABLE IF NOT EXISTS committed AS SELECT 1 AS one")
        for pid in (postmaster(used_folder), processes.read_pid(used_folder / "redis" / "redis.pid")):
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            assert wait_until_gone(pid)
        with embedded_postgres(used_folder) as again, embedded_redis(used_folder) as urls_again:
            assert (again, urls_again) == (url, urls)
            assert ask(url, "SELECT one FROM committed") == [(1,)]
    assert servers(used_folder) == []


def test_a_pid_file_with_the_number_of_a_stranger_does_no_harm(used_folder: Path) -> None:
    with embedded_postgres(used_folder):
        content = (used_folder / "postgres" / "data" / "postmaster.pid").read_text()
    stale = content.replace(content.split("\n")[0], str(os.getppid()), 1)
    (used_folder / "postgres" / "data" / "postmaster.pid").write_text(stale)
    with embedded_postgres(used_folder) as url:
        assert ask(url, "SELECT 1") == [(1,)]
    os.kill(os.getppid(), 0)  # it is still there


def test_a_cleaned_tmp_is_mended_at_the_next_start(used_folder: Path) -> None:
    with embedded_postgres(used_folder), embedded_redis(used_folder):
        for name in ("postgres", "redis"):
            shutil.rmtree((used_folder / name / "socket_folder").read_text())
        with embedded_postgres(used_folder) as url, embedded_redis(used_folder) as urls:
            assert ask(url, "SELECT 1") == [(1,)]
            with redis.Redis.from_url(urls.client) as client:
                assert client.ping()
    assert servers(used_folder) == []


def test_an_initialisation_that_was_killed_is_begun_anew(folder: Path) -> None:
    half = folder / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with embedded_postgres(folder, durable=False) as url:
        assert ask(url, "SELECT 1") == [(1,)]


def test_data_of_another_version_is_not_touched(folder: Path) -> None:
    data = folder / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n")
    with pytest.raises(ServiceUnavailableError, match="was made by PostgreSQL 16"), embedded_postgres(folder):
        pass
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_server_that_does_not_start_names_its_log(used_folder: Path) -> None:
    settings = used_folder / "postgres" / "data" / "postgresql.conf"
    sound = settings.read_text()
    settings.write_text(f"{sound}\nno_such_setting = 1\n")
    try:
        with (
            pytest.raises(ServiceUnavailableError, match=r"no_such_setting.*postgres\.log"),
            embedded_postgres(used_folder),
        ):
            pass
    finally:
        settings.write_text(sound)


def test_a_broken_queue_names_its_log_and_can_be_removed(folder: Path) -> None:
    with embedded_redis(folder):
        pass
    for part in (folder / "redis" / "appendonlydir").glob("*.aof"):
        part.write_bytes(b"*1\r\n$3\r\nnonsense")
    with pytest.raises(ServiceUnavailableError, match=r"redis\.log.*removed without loss"), embedded_redis(folder):
        pass
    assert servers(folder) == []


def test_a_missing_program_is_named(used_folder: Path) -> None:
    server = Postgres.at(used_folder)
    missing = Postgres(server.home, server.data, Path("/no/such/place"), server.account)
    with pytest.raises(ServiceUnavailableError, match="/no/such/place/postgres"):
        missing.start()


def test_a_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    folder.write_text("a file")
    for embedded in (embedded_postgres, embedded_redis):
        with pytest.raises(ServiceUnavailableError, match="NOTES_DATA"), embedded(folder):
            pass


def test_a_folder_inside_that_cannot_be_written_is_named(folder: Path) -> None:
    (folder / "redis" / "redis.conf").mkdir(parents=True)
    with pytest.raises(ServiceUnavailableError, match=r"redis\.conf"), embedded_redis(folder):
        pass


def test_the_status_tells_what_runs_without_starting_it(used_folder: Path, folder: Path) -> None:
    assert embedded_status(folder) == []
    assert [(each.name, each.pid) for each in embedded_status(used_folder)] == [("PostgreSQL", None), ("Redis", None)]
    with embedded_postgres(used_folder) as url:
        status = embedded_status(used_folder)[0]
        assert (status.pid, status.url) == (postmaster(used_folder), url)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_below_the_closed_home_of_root_data_and_programs_are_put_where_the_account_can_enter(folder: Path) -> None:
    account = server_account()
    assert account is not None
    closed, state = folder / "closed", folder / "state"
    home = closed / "run" / "postgres"
    home.mkdir(parents=True)
    package = postgres_binaries().parent.parent
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.with_name(name), closed / name)
    closed.chmod(0o700)
    binaries = closed / package.name / postgres_binaries().parent.name / "bin"

    place = reachable_place(home, binaries, account, state)
    assert place == reachable_place(home, binaries, account, state)
    server = Postgres(home, place.data, place.binaries, account, durable=False)
    with shared(server, home):
        assert ask(server.url, "SELECT 1") == [(1,)]
        assert (place.data / "PG_VERSION").is_file()
    assert closed.stat().st_mode & 0o777 == 0o700
    (home / "moved").unlink()  # as `make clean` does
    reachable_place(home, binaries, account, state)
    assert not place.data.exists()
