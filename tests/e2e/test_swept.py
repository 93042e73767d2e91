"""What a sweep finds, while a living session is beside it.

SPDX-License-Identifier: Apache-2.0
"""
import os
import shutil

import pytest

import checks
import left
import place
import recorded
import steps
from handle import PAM_SUCCESS, Handle, stack


@pytest.fixture(autouse=True)
def world(configure, run_awsrole):
    yield
    steps.no_helper_left()


def sweep():
    result = place.run(place.program("awsrole-helper"), "sweep")
    assert result.returncode == 0, result.stderr


@pytest.fixture
def two():
    """(the session to be spoilt, a living one that must stay)."""
    folder = stack()
    with Handle("alice", folder) as spoilt, Handle("bob", folder) as living:
        steps.no_helper_left()
        names = [login.environment["AWSROLE_SESSION"]
                 for login in (spoilt, living)]
        yield names
        # It is as good as before: what is in it, and its end.
        assert left.sessions() == [names[1]]
        assert left.records() == [names[1].replace("/", ".")]
        assert sorted(os.listdir("%s/%s" % (place.RUN, names[1]))) == [
            "credentials", "session.json", "short.json"]
        assert living.close() == PAM_SUCCESS


PAST = {"until_wall": "1000000000"}


@pytest.mark.parametrize("values, why", [
    ({"boot_id": "9bd1f1a8-7b3e-4bfa-9f4c-3b0f0e4f2d11"},
     "it is of an earlier boot"),
    (PAST, "its credentials have expired"),
    ({"until_boottime": "1"}, "its credentials have expired"),
    ({"state": "opening"}, "the helper that opened it died"),
    ({"leader_start_time": "1"}, "its login process is gone"),
])
def test_sweep_removes_by_what_the_record_says(values, why, two, log):
    recorded.edit(two[0], **values)
    sweep()
    checks.gone(two[0])
    log.wait("session %s of user alice removed: %s" % (two[0], why))


@pytest.mark.parametrize("text", [
    "", "garbage\n", "version=2\nstate=open\n", "version=1\nstate=open\n",
    "x" * 100000, "version=1\0state=open\n"],
    ids=["empty", "garbage", "later-version", "cut", "long", "nul"])
def test_sweep_removes_a_session_whose_record_is_garbage(text, two, log):
    recorded.overwrite(two[0], text)
    sweep()
    checks.gone(two[0])
    log.wait("session %s .*removed: its record cannot be read" % two[0])


def test_sweep_removes_a_session_without_a_record(two, log):
    os.unlink(recorded.path(two[0]))
    sweep()
    checks.gone(two[0])
    log.wait("session %s .*removed: it has no record" % two[0])


def test_sweep_removes_a_folder_that_was_never_filled(two):
    with_file, empty = "4711/" + "a" * 32, "4712/" + "b" * 32
    recorded.make(with_file + "/.new.credentials", "half")
    recorded.make(empty + "/x")
    os.unlink(os.path.join(place.RUN, empty, "x"))
    recorded.edit(two[0], **PAST)
    sweep()
    assert not os.path.exists(place.RUN + "/4711")
    assert not os.path.exists(place.RUN + "/4712")


def test_sweep_removes_a_record_that_was_never_renamed(two):
    recorded.make("records/4711.%s.new" % ("c" * 32), "version=1\n")
    recorded.edit(two[0], **PAST)
    sweep()


def test_sweep_leaves_a_session_that_is_being_opened(two, sts):
    """Its helper holds the record and is heard of again."""
    recorded.edit(two[0], **PAST)
    sts.forget()
    sts.fault("delay", ms=700)
    with Handle("carol", stack(), wait=False) as opening:
        sts.wait_for_requests(1)
        assert len(left.records()) == 3
        sweep()
        assert len(left.records()) == 2
        opening.opened()
        checks.environment_is_whole(opening.environment, "carol", "sre")
        assert opening.close() == PAM_SUCCESS


def test_close_of_a_session_that_is_gone_is_no_error():
    with Handle("alice", stack(control="required")) as login:
        name = checks.environment_is_whole(login.environment, "alice", "sre")
        steps.no_helper_left()
        recorded.edit(name, **PAST)
        sweep()
        assert left.everything() == []
        assert login.close() == PAM_SUCCESS


def test_reboot_leaves_nothing_to_trip_over():
    """/run is empty again, the login process a survivor of nothing."""
    with Handle("alice", stack(control="required")) as login:
        steps.no_helper_left()
        shutil.rmtree(place.RUN)
        assert login.close() == PAM_SUCCESS
    sweep()
