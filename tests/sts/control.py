"""The control interface: GET and POST /_control, JSON both ways.

SPDX-License-Identifier: Apache-2.0

GET says all that is set. POST takes {"verb": ...}; README.md lists the
verbs. A verb that is wrong is answered with 400 and {"error": why}.
"""
import json
import urllib.parse

from answers import Answer
from misbehave import KINDS, Fault

PATH = "/_control"


def _fault(server, message):
    server.faults.add(Fault(**message))
    return {"faults": server.faults.describe()}


def _clear(server, message):
    _no_more(message)
    server.faults.clear()
    return {}


def _requests(server, message):
    since = int(message.pop("since", 0))
    _no_more(message)
    return {"requests": [record for record in server.log.copy()
                         if record["number"] > since]}


def _forget(server, message):
    _no_more(message)
    server.log.clear()
    server.handshakes.clear()
    return {}


def _set(server, message):
    server.check_settings(message)
    server.state.set(message)
    return {"settings": server.state.settings}


def _state(server, message):
    raw = message.pop("state")
    _no_more(message)
    server.check_settings(raw.get("settings", {}))
    server.state.load(raw)
    return {}


def _expire(server, message):
    access_key = message.pop("access_key", None)
    _no_more(message)
    return {"expired": server.state.expire(access_key)}


def _no_more(message):
    if message:
        raise ValueError("unknown %s" % ", ".join(message))


VERBS = {"fault": _fault, "clear": _clear, "requests": _requests,
         "forget": _forget, "set": _set, "state": _state, "expire": _expire}


def _status(server):
    return {
        "verbs": sorted(VERBS),
        "kinds": sorted(KINDS),
        "faults": server.faults.describe(),
        "settings": server.state.settings,
        "now": server.state.now().isoformat(),
        "users": sorted({user.arn for user in server.state.users.values()}),
        "roles": sorted(server.state.roles),
        "issued": len(server.state.issued),
        "requests": server.log[-1]["number"] if server.log else 0,
        "handshakes": list(server.handshakes),
    }


def _json(status, value):
    return Answer(status, (json.dumps(value) + "\n").encode(),
                  [("Content-Type", "application/json")])


def answer(server, request):
    try:
        if request.method == "GET":
            query = request.target.partition("?")[2]
            message = dict(urllib.parse.parse_qsl(query))
            if not message:
                return _json(200, _status(server))
        else:
            message = json.loads(request.body)
        verb = message.pop("verb")
        return _json(200, VERBS[verb](server, message))
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        return _json(400, {"error": "%s: %s"
                           % (type(problem).__name__, problem)})
