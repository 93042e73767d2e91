#!/usr/bin/python3
"""Do we read AWS's own files as botocore does?

Reads every file of tests/awsfiles/ (NAME.config and NAME.credentials, written
by hand) and 400 generated ones with build/unit/read_aws_file and with
botocore's configloader: the same profiles, the same values, the same files
refused. What is meant to differ is listed in MEANT, each with its reason and
with the files that show it; a listed difference that no file shows is a
failure too. Exits with 77 where botocore is missing.

aws_files_against_botocore.py [SEED]

SPDX-License-Identifier: Apache-2.0
"""
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import botocore.configloader
    from botocore.exceptions import ConfigParseError
except ImportError:
    print("skipped: no botocore")
    sys.exit(77)

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("AWSROLE_BUILD", ROOT / "build"))
FOLDER = ROOT / "tests" / "awsfiles"
GENERATED = 400
REFUSED = "refused"

# Why ours refuses or reads otherwise: (name, reason, is it in this text?).
# A file with one of these is not compared value by value.
MEANT = (
    ("control", "a control character in a name or a key is no typing error "
     "that anybody wants signed",
     lambda text, kind: re.search(
         rb"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\r(?!\n)", text)),
    ("bytes", "a comment may hold bytes that are not UTF-8: nothing is read "
     "from it",
     lambda text, kind: not _decodes(text) and all(
         _decodes(line) for line in text.split(b"\n")
         if not line.strip().startswith((b"#", b";")))),
    ("length", "a line of more than 8192 bytes is no line of such a file",
     lambda text, kind: any(len(line) > 8192 for line in text.split(b"\n"))),
    ("DEFAULT", "[DEFAULT] in capitals gives its keys to every section in "
     "Python alone",
     lambda text, kind: re.search(rb"(?m)^[ \t]*\[DEFAULT\]", text)),
    ("header", "text behind a header's bracket, or a bracket in its name, is "
     "read differently by each SDK",
     lambda text, kind: re.search(
         rb"(?m)^[ \t]*\[[^\]\n]*\][ \t]*[^\s#;]|^[ \t]*\[[^\]\n]*\][#;]"
         rb"|^[ \t]*\[[^\]\n]*\][ \t]+[#;].*\]", text)),
    ("no-name", "a header without a name, or with spaces alone, names nothing",
     lambda text, kind: re.search(rb"(?m)^[ \t]*\[[ \t]*\]", text)),
    ("spaces", "spaces inside of a header's brackets are no part of a name",
     lambda text, kind: re.search(rb"(?m)^[ \t]*\[([ \t]|[^\]\n]*[ \t]\])",
                                  text)),
    ("profilex", "[profilex y] is no profile, though botocore takes it for "
     "the profile y",
     lambda text, kind: kind == "config" and re.search(
         rb"(?m)^[ \t]*\[profile[^ \t\]]", text)),
    ("capital", "keys are ASCII: a capital of another alphabet stays",
     lambda text, kind: any(
         key != key.lower() for key in
         re.findall(r"(?m)^[ \t]*([^=:\n\[]*)[=:]",
                    text.decode("utf-8", "replace"))
         if not key.isascii())),
    ("space", "a space that is none in ASCII is part of a value",
     lambda text, kind: re.search("[\u00a0\u1680\u2000-\u200a\u2028\u2029"
                                  "\u202f\u205f\u3000]",
                                  text.decode("utf-8", "replace"))),
)


def _decodes(line):
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def meant(text, kind):
    return {name for name, _, shows in MEANT if shows(text, kind)}


def by_botocore(path, kind):
    """{profile: {key: value}}, a block as a text; or REFUSED."""
    try:
        if kind == "config":
            found = botocore.configloader.load_config(str(path))["profiles"]
        else:
            found = botocore.configloader.raw_config_parse(str(path))
    except ConfigParseError:
        return REFUSED
    return {name: {key: "\n" if isinstance(value, dict) else value
                   for key, value in values.items()}
            for name, values in found.items()}


def text_of(word):
    return bytes.fromhex(word).decode("utf-8", "surrogateescape")


def by_ours(paths, kind):
    """The same for each path, in order."""
    output = subprocess.run(
        [BUILD / "unit" / "read_aws_file", kind, *paths], check=True,
        capture_output=True, timeout=120).stdout.decode()
    results = []
    for line in output.splitlines():
        words = line.split(" ")
        if words[0] == "file":
            results.append({})
        elif words[0] == "wrong":
            results[-1] = REFUSED
        elif words[0] == "profile":
            pairs = results[-1].setdefault(text_of(words[1]), {})
        else:
            value = text_of(words[2])
            pairs[text_of(words[1])] = \
                "\n" if value.startswith("\n") else value
    return results


# --- generated files

LINES = (
    "[default]", "[profile default]", "[profile a]", "[a]", "[profile b c]",
    '[profile "b c"]', "[profile 'd']", "[profile e\\ f]", "[profile\tg]",
    "[profile h]  # comment", "[profile i] ; comment", "[sso-session x]",
    "[services y]", "[preview]", "[profile 'j]", '[profile k"l"m]',
    "[profile]", "[plugins]", " [profile n]", "[profile o", "[p.q-r_s@t]",
    "[DEFAULT]", "[ u ]", "[profilev w]", "[profile x]junk", "[]",
    "region = eu-west-1", "region=us-east-1", "REGION: eu-west-2",
    "role_arn = arn:aws:iam::123456789012:role/R", "source_profile = a",
    "aws_access_key_id = AKIAIOSFODNN7EXAMPLE", "output =", "output = ",
    "aws_secret_access_key = wJalr/+=xUtn=", "key = a # no comment",
    "key2 = a ; no comment", "key3 = \"quoted\"", "key4 = 'x' \\",
    "credential_process = /a 'b c' \"d\"", "key 5 = six seven",
    "s3 =", "s3=", "  max_concurrent_requests = 20", "  a = b", "  a: b",
    "\ta = b", "    deeper = 1", " x", "  continued", "\tcontinued = = x",
    "no delimiter", "= no key", ": no key", "key6 == x", "key7 := x",
    "# comment", "; comment", "  # comment", "  ; comment", "", "", "   ",
    "k\u00e9y = v\u00e4lue", "key8 = \u4e2d\u6587 \U0001f511", "key9 = a\tb ",
    "\u00c9 = x", "key10 = a\u00a0", "key11 = a\x0bb", "[default]\t",
    "[profile 0]", "key12 =x", "key13= x", "%interp = %(region)s", "key14 = %",
)


def generate(chance):
    """A text: mostly good lines, sometimes broken ones."""
    if chance.random() < 0.6:  # keys that do not repeat, headers neither
        lines = []
        for header in chance.sample(LINES[:18], chance.randint(1, 4)):
            lines.append(header)
            lines += chance.sample(LINES[26:], chance.randint(0, 8))
    else:
        lines = chance.choices(LINES, k=chance.randint(1, 12))
    end = chance.choice(("\n", "\n", "\n", "\r\n"))
    text = end.join(lines) + chance.choice((end, ""))
    return text.encode("utf-8")


def corpus(folder, seed):
    """(path, kind) of every file."""
    chance = random.Random(seed)
    files = [(path, path.suffix[1:]) for path in sorted(FOLDER.iterdir())
             if path.suffix in (".config", ".credentials")]
    for number in range(GENERATED):
        kind = chance.choice(("config", "credentials"))
        path = Path(folder) / f"{number}.{kind}"
        path.write_bytes(generate(chance))
        files.append((path, kind))
    for path, _ in files:
        os.chmod(path, 0o644)
    return files


def compare(files):
    """(how many agree, which reasons were shown, how many are refused)."""
    agree = wrong = refused = 0
    shown = set()
    ours = {}
    for kind in ("config", "credentials"):
        paths = [path for path, its in files if its == kind]
        ours.update(zip(paths, by_ours(paths, kind)))
    for path, kind in files:
        text = path.read_bytes()
        expected = by_botocore(path, kind)
        refused += expected == REFUSED
        if ours[path] == expected:
            agree += 1
            continue
        reasons = meant(text, kind)
        shown |= reasons
        if not reasons:
            wrong += 1
            print(f"{path}: {text!r}\n  ours:     {ours[path]}\n"
                  f"  botocore: {expected}")
    return agree, wrong, refused, shown


def main():
    if os.geteuid() != 0:
        print("skipped: only root's files are read")
        return 77
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else \
        random.SystemRandom().randrange(10 ** 9)
    with tempfile.TemporaryDirectory() as folder:
        files = corpus(folder, seed)
        agree, wrong, refused, shown = compare(files)
        by_hand = len(files) - GENERATED
    unshown = {name for name, _, _ in MEANT} - shown
    print(f"{by_hand} files by hand and {GENERATED} generated (seed {seed}): "
          f"{agree} read alike ({refused} refused by botocore), "
          f"{len(files) - agree - wrong} differ as meant, {wrong} differ")
    if unshown:
        print("no file shows: " + ", ".join(sorted(unshown)))
    return 1 if wrong or unshown or agree < 150 else 0


if __name__ == "__main__":
    sys.exit(main())
