"""What a login costs, side by side in one run: ours, curl, pam_exec; and
then each way to AWS.

Inside a world (make bench). What is asked is nginx with fixed answers
(canned.py), the same for all; so is the CA file. Rounds of every kind take
turns, so that a machine whose speed drifts is fair to all.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import statistics
import sys

# Before `place` is imported: it takes away what begins so.
ROUNDS = int(os.environ.get("AWSROLE_BENCH_ROUNDS", "20"))
HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("../e2e", "../sts", "../anywhere"):
    sys.path.append(os.path.join(HERE, folder))

import canned  # noqa: E402
import left  # noqa: E402
import logins  # noqa: E402
import place  # noqa: E402
from canned import WORK, write  # noqa: E402

TURNS = 2             # in a round
A_TURN = 5            # logins of each kind
SCRIPTS_A_ROUND = 1   # of pam_exec: a second each

SCRIPT = """#!/bin/sh
# What people write: assume the role, write a file.
export AWS_ACCESS_KEY_ID={key[0]} AWS_SECRET_ACCESS_KEY={key[1]}
export AWS_DEFAULT_REGION=eu-west-1
aws sts assume-role --endpoint-url {sts} \\
    --ca-bundle {ca} --role-arn {role} --role-session-name alice@bastion \\
    --output json > {work}/script-answer.json
"""


def set_up():
    """Files and PAM stacks; nginx last."""
    logins.make()
    write(WORK + "/script", SCRIPT.format(
        key=canned.KEY, sts=canned.STS, ca=canned.CA, role=canned.ROLE,
        work=WORK), 0o755)
    write(WORK + "/pam.d/bench", "session required %s helper=%s\n"
          % (place.program("pam_awsrole.so"), place.program("awsrole-helper")))
    # PAM_IGNORE alone is no success for a stack: pam_permit stands behind.
    write(WORK + "/pam.d/ignored", "session optional %s helper=%s\n"
          "session required pam_permit.so\n"
          % (place.program("pam_awsrole.so"), place.program("awsrole-helper")))
    write(WORK + "/pam.d/script",
          "session required pam_exec.so quiet %s/script\n" % WORK)
    return canned.start()


def timed(*arguments):
    result = place.run(os.path.join(place.BUILD, "bench/timed"), *arguments,
                       timeout=600)
    if result.returncode != 0:
        # What timed was told, and what the log says of it.
        last = place.Log()
        last.start = 0
        sys.exit("timed %s: %s\n%s" % (
            " ".join(arguments), result.stderr.rstrip(),
            "\n".join(each["text"] for each in last.ours()[-5:])))
    return [[float(number) for number in line.split()]
            for line in result.stdout.splitlines()]


def pam(count, service, user):
    """[opened, closed] of so many logins, in microseconds."""
    return timed("pam", str(count), WORK + "/pam.d", service, user)


def in_turn(names, turn):
    """Another one begins each time: the first comes after curl and pam_exec,
    which leave the processor's caches to it."""
    first = turn % len(names)
    return names[first:] + names[:first]


def measure():
    """(times of each kind, times of each way to AWS), in microseconds."""
    times = {name: [] for name in ("open", "close", "no rule", "curl",
                                   "pam_exec")}
    ways = {name: [] for name in logins.WAYS}
    for turn in range(ROUNDS * TURNS):
        for name in in_turn(list(ways), turn):
            logins.choose(name)
            both = pam(A_TURN, "bench", "alice")
            ways[name] += [each[0] for each in both]
            if name == logins.BARE:
                times["open"] += [each[0] for each in both]
                times["close"] += [each[1] for each in both]
        logins.choose(logins.BARE)
        times["no rule"] += [each[0] for each in pam(A_TURN, "ignored",
                                                     "bob")]
        times["curl"] += [each[0] for each in timed(
            "run", str(A_TURN), *canned.curl())]
        if turn % TURNS == 0:
            times["pam_exec"] += [each[0] for each in pam(
                SCRIPTS_A_ROUND, "script", "alice")]
    return times, ways


def p99(values):
    return sorted(values)[min(len(values) - 1, len(values) * 99 // 100)]


def show_login(times):
    median = {name: statistics.median(values)
              for name, values in times.items()}
    print("%-10s %6s %10s %10s %10s" % ("", "runs", "median ms", "p99 ms",
                                        "to curl"))
    for name, values in times.items():
        print("%-10s %6d %10.2f %10.2f %10.2f" % (
            name, len(values), median[name] / 1e3, p99(values) / 1e3,
            median[name] / median["curl"]))
    bounds = (("open, to curl", median["open"] / median["curl"], 1.0),
              ("close, to open", median["close"] / median["open"], 0.5),
              ("no rule, to open", median["no rule"] / median["open"], 0.5),
              ("open and close, to pam_exec",
               (median["open"] + median["close"]) / median["pam_exec"], 0.05))
    for name, ratio, bound in bounds:
        print("%-28s %6.3f, wanted at most %.2f%s" % (
            name, ratio, bound, "" if ratio <= bound else "  <- ABOVE"))


def show_ways(ways):
    """Login by login: the n-th of one way and the n-th bare one are of the
    same turn, so that a busy moment does not pass for a source's cost."""
    bare = ways[logins.BARE]
    print("\nopen by source; above: the time above the bare STS call, which "
          "is the open with\nstatic keys (one AssumeRole, nothing before it), "
          "the median of the differences\nbetween logins of the same turn")
    print("%-24s %6s %10s %10s %10s" % ("", "runs", "median ms", "p99 ms",
                                        "above, ms"))
    for name, values in ways.items():
        above = statistics.median(
            [value - other for value, other in zip(values, bare)])
        print("%-24s %6d %10.2f %10.2f %10s" % (
            name, len(values), statistics.median(values) / 1e3,
            p99(values) / 1e3,
            "-" if name == logins.BARE else "%+.2f" % (above / 1e3)))


def main():
    nginx = set_up()
    try:
        times, ways = measure()
    finally:
        nginx.terminate()
        nginx.wait()
    left.nothing_left()
    show_login(times)
    show_ways(ways)
    folder = os.path.join(place.BUILD, "bench")
    for name, found in (("login", times), ("sources", ways)):
        with open(os.path.join(folder, name + ".json"), "w",
                  encoding="utf-8") as file:
            json.dump(found, file)


if __name__ == "__main__":
    main()
