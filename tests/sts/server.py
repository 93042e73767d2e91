#!/usr/bin/python3
"""A local STS: HTTP and TLS on 127.0.0.1, answering as AWS's does.

SPDX-License-Identifier: Apache-2.0

    /usr/bin/python3 tests/sts/server.py --dir DIR --ready FILE [--state FILE]

README.md has the options and the control interface.
"""
import argparse
import json
import os
import signal
import sys

import example
import state
from service import Server


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dir", required=True,
                        help="folder for the certificates")
    parser.add_argument("--ready", help="file for the JSON with the ports")
    parser.add_argument("--state", help="JSON file; without: an example")
    parser.add_argument("--http-port", type=int, default=0)
    parser.add_argument("--https-port", type=int, default=0)
    parser.add_argument("--set", action="append", default=[],
                        metavar="NAME=JSON", help="a setting, as --set "
                        "clock_offset=600 or --set region='\"eu-west-1\"'")
    parser.add_argument("--until-eof", action="store_true",
                        help="end when standard input ends")
    return parser.parse_args()


def _settings(words):
    found = {}
    for word in words:
        name, _, text = word.partition("=")
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found


def main():
    options = _arguments()
    raw = state.read(options.state) if options.state else example.state()
    raw["settings"] = dict(raw.get("settings", {}), **_settings(options.set))
    try:
        server = Server(options.dir, raw, options.http_port,
                        options.https_port)
    except (ValueError, OSError) as problem:
        sys.exit("local STS: %s" % problem)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    server.start()
    text = json.dumps(server.describe())
    print(text, flush=True)
    if options.ready:
        # Whole or not there.
        with open(options.ready + ".new", "w", encoding="utf-8") as file:
            file.write(text + "\n")
        os.rename(options.ready + ".new", options.ready)
    if options.until_eof:
        while os.read(0, 4096):
            pass
        os._exit(0)
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
