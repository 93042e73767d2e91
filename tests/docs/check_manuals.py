#!/usr/bin/python3
"""Compare the manual pages with the program, both ways.

What is compared: the configuration's keys and where they may stand, the
module's options and environment, the helper's options and commands, the
catalogue of errors, the journal's fields, the version. mandoc, where it is
installed, reads the pages; the helper, where it is built, reads every
configuration that awsrole.conf(5) and README.md show.

Prints each difference; exit status 1 when there is one. With --update it
first writes the list of errors in awsrole-helper(8) from the catalogue.

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("AWSROLE_BUILD", ROOT / "build"))
MAN = ROOT / "packaging" / "man"
MODULE_PAGE = MAN / "pam_awsrole.8"
CONFIG_PAGE = MAN / "awsrole.conf.5"
HELPER_PAGE = MAN / "awsrole-helper.8"
PAGES = (MODULE_PAGE, CONFIG_PAGE, HELPER_PAGE)

# Linux-PAM's pages have that section; mdoc's own order knows it elsewhere.
LINT_IS_MEANT = "unexpected section: Sh RETURN VALUES for 2, 3, 9 only"

PLACES = {"IN_ROLE": {"role"}, "IN_DEFAULTS": {"defaults"},
          "IN_SOURCE": {"source"}, "ANYWHERE_BUT_SOURCE": {"role", "defaults"}}

differences = []


def differ(what):
    differences.append(what)
    print(what)


def source(path):
    return (ROOT / path).read_text(encoding="utf-8")


def found(pattern, text, what):
    """Every match; none at all means that this test no longer reads the
    source as it is written."""
    matches = re.findall(pattern, text)
    if not matches:
        differ(f"cannot find {what}: correct tests/docs/check_manuals.py")
    return matches


def section(page, name):
    """The lines of one .Sh, or of one .Ss in it."""
    text = page.read_text(encoding="utf-8")
    match = re.search(rf"^\.Sh {re.escape(name)}\n(.*?)(?=^\.Sh |\Z)", text,
                      re.MULTILINE | re.DOTALL)
    if match is None:
        differ(f"{page.name} has no section {name}")
        return ""
    return match.group(1)


def compare(what, program, page, page_name):
    for name in sorted(set(program) - set(page)):
        differ(f"{what} {name} is missing in {page_name}")
    for name in sorted(set(page) - set(program)):
        differ(f"{what} {name} stands in {page_name} and does not exist")


def c_string(literals):
    """The text of adjacent C string literals."""
    text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals))
    return text.replace('\\"', '"').replace("\\\\", "\\")


# --- the configuration

def schema_rows():
    """(key, places) of what is implemented, and the keys of later."""
    text = source("helper/rules/schema.c")
    now = [(name, frozenset(PLACES[places])) for name, places in
           found(r'\{KEY\("(\w+)",\s*(\w+),', text, "the keys of schema.c")]
    later = [name for name, _ in
             found(r'\bLATER\("(\w+)",\s*(\w+)\)', text, "its later keys")]
    return now, later


def page_rows():
    """(key, places, version) as the page has them."""
    text = CONFIG_PAGE.read_text(encoding="utf-8")
    return [(name, frozenset(re.split(r",\s*", places.strip())), version)
            for name, places, version in
            found(r"(?m)^\.It Cm (\w+) No = .*\n"
                  r"\.Bq ([^;\n]+);.*; ([\d.]+)$", text,
                  "the keys of awsrole.conf.5")]


def row_text(row):
    return f"{row[0]} in [{'], ['.join(sorted(row[1]))}]"


def check_keys():
    now, later = schema_rows()
    rows = page_rows()
    compare("the key", [row_text(row) for row in now],
            [row_text(row) for row in rows], CONFIG_PAGE.name)
    for name in sorted({row_text(row) for row in rows
                        if [r[:2] for r in rows].count(row[:2]) > 1}):
        differ(f"the key {name} stands twice in {CONFIG_PAGE.name}")
    text = CONFIG_PAGE.read_text(encoding="utf-8")
    items = re.findall(r"^\.It Cm (\w+) No =", text, re.MULTILINE)
    if len(items) != len(rows):
        differ(f"{CONFIG_PAGE.name}: a key has no line .Bq place; default; "
               "version")
    refused = section(CONFIG_PAGE, "NOT SUPPORTED YET")
    named = [name for line in re.findall(r"^\.Cm (.*)$", refused, re.MULTILINE)
             for name in re.findall(r"\w+", line)]
    compare("the later key", later, named, CONFIG_PAGE.name)
    types = found(r'\{"([\w-]+)", SOURCE_\w+\}',
                  source("helper/rules/values.c"), "the source types")
    shown = found(r"(?m)^\.It Cm type No = Cm (.*)$",
                  CONFIG_PAGE.read_text(encoding="utf-8"),
                  "the source types of awsrole.conf.5")
    compare("the source type", types, re.findall(r"[\w-]+", " ".join(shown)),
            CONFIG_PAGE.name)


def check_templates():
    names = found(r'\[TEMPLATE_\w+\] = "(\w+)"',
                  source("helper/rules/template_check.c"), "the templates")
    compare("the template", names,
            re.findall(r"^\.It Ql \{(\w+)\}", section(CONFIG_PAGE, "TEMPLATES"),
                       re.MULTILINE), CONFIG_PAGE.name)


# --- the module

def check_module_options():
    table = found(r'\{"(\w+)", (true|false), take_',
                  source("pam_awsrole/options.c"), "the module's options")
    program = [name + ("=" if value == "true" else "")
               for name, value in table]
    synopsis = [name + ("=" if rest else "") for name, rest in
                re.findall(r"^\.Op Cm (\w+)( Ns = .*)?$",
                           section(MODULE_PAGE, "SYNOPSIS"), re.MULTILINE)]
    items = [name + ("=" if rest else "") for name, rest in
             re.findall(r"^\.It Cm (\w+)( Ns = .*)?$",
                        section(MODULE_PAGE, "OPTIONS"), re.MULTILINE)]
    compare("the option", program, items, MODULE_PAGE.name)
    compare("the option", program, synopsis, MODULE_PAGE.name + " (SYNOPSIS)")


def check_environment():
    tables = found(r"const allowed\[[^]]*\] = \{([^}]*)\}",
                   source("pam_awsrole/environment.c"), "the variables")
    items = re.findall(r"^\.It Ev (.*)$", section(MODULE_PAGE, "ENVIRONMENT"),
                       re.MULTILINE)
    compare("the variable", re.findall(r'"(\w+)"', "".join(tables)),
            re.findall(r"\w+", " ".join(items)), MODULE_PAGE.name)


def check_results():
    program = set()
    for name in ("public.c", "login.c"):
        program |= set(re.findall(r"\bPAM_(?:SUCCESS|IGNORE|\w+_UNKNOWN|"
                                  r"\w+_ERR)\b", source("pam_awsrole/" + name)))
    compare("the result", program,
            re.findall(r"^\.It Dv (\w+)", section(MODULE_PAGE, "RETURN VALUES"),
                       re.MULTILINE), MODULE_PAGE.name)


def check_fields():
    program = set()
    for path in sorted((ROOT / "helper").rglob("*.c")):
        program |= set(re.findall(r'\{"(AWSROLE_\w+)",',
                                  path.read_text(encoding="utf-8")))
    named = re.findall(r"^\.Ev (AWSROLE_\w+)", section(MODULE_PAGE, "LOG"),
                       re.MULTILINE)
    compare("the journal field", program, named, MODULE_PAGE.name)


# --- the helper

def check_helper_options():
    text = source("helper/main.c")
    options = found(r'\{"(\w+)", (?:no|required)_argument', text,
                    "the helper's options")
    verbs = set(found(r'strcmp\(verb, "(\w+)"\)', text,
                      "the helper's commands")) - set(options)
    for name in ("OPTIONS", "SYNOPSIS"):
        page = section(HELPER_PAGE, name)
        item = r"^\.It Fl -(\w+)" if name == "OPTIONS" else r" -(\w+)"
        compare("the option", ["--" + option for option in options],
                ["--" + option for option in
                 re.findall(item, page, re.MULTILINE)],
                f"{HELPER_PAGE.name} ({name})")
    compare("the command", verbs,
            re.findall(r"^\.It Cm (\w+)", section(HELPER_PAGE, "DESCRIPTION"),
                       re.MULTILINE), HELPER_PAGE.name)
    compare("the command", verbs,
            re.findall(r"^\.Cm (\w+)", section(HELPER_PAGE, "SYNOPSIS"),
                       re.MULTILINE), f"{HELPER_PAGE.name} (SYNOPSIS)")


def catalogue():
    """(name, meaning, remedy) of every failure."""
    entries = found(
        r"\[(ERROR_\w+)\] =\s*\{\s*(\"[^,]*?\"),\s*"
        r"((?:\"(?:[^\"\\]|\\.)*\"\s*)+),\s*((?:\"(?:[^\"\\]|\\.)*\"\s*)+)\}",
        source("helper/base/catalogue.c"), "the catalogue")
    codes = set(re.findall(r"^\s+(ERROR_\w+),",
                           source("helper/base/catalogue.h"), re.MULTILINE))
    for code in sorted(codes - {entry[0] for entry in entries} -
                       {"ERROR_NONE"}):
        differ(f"cannot find {code} in catalogue.c: correct "
               "tests/docs/check_manuals.py")
    return [tuple(c_string(text) for text in entry[1:]) for entry in entries
            if entry[0] != "ERROR_NONE"]


def mdoc(text):
    """A sentence as a line of text; `code` in quotes with true hyphens."""
    return re.sub(r"`([^`]*)`",
                  lambda match: r"\(oq" + match.group(1).replace("-", r"\-") +
                  r"\(cq", text.replace("\\", r"\e"))


def diagnostics():
    lines = [".Bl -tag -width Ds"]
    for name, meaning, remedy in catalogue():
        lines += [f".It Sy {name}", ".Do", mdoc(meaning), ".Dc", mdoc(remedy)]
    return "\n".join(lines + [".El", ""])


LIST = re.compile(r"(^\.Sh DIAGNOSTICS\n.*?)(^\.Bl .*?^\.El\n)",
                  re.MULTILINE | re.DOTALL)


def update():
    text = HELPER_PAGE.read_text(encoding="utf-8")
    new = LIST.sub(lambda match: match.group(1) + diagnostics(), text, count=1)
    if new != text:
        HELPER_PAGE.write_text(new, encoding="utf-8")


def check_catalogue():
    text = HELPER_PAGE.read_text(encoding="utf-8")
    match = LIST.search(text)
    if match is None:
        differ(f"{HELPER_PAGE.name} has no list in DIAGNOSTICS")
        return
    on_page = match.group(2)
    compare("the code", [entry[0] for entry in catalogue()],
            re.findall(r"^\.It Sy ([\w-]+)", on_page, re.MULTILINE),
            HELPER_PAGE.name)
    wanted = diagnostics()
    for line in wanted.splitlines():
        if line not in on_page.splitlines():
            differ(f"{HELPER_PAGE.name} says otherwise than catalogue.c "
                   f"(run tests/docs/check_manuals.py --update): {line}")
    if wanted != on_page and not differences:
        differ(f"the list in {HELPER_PAGE.name} is not that of catalogue.c: "
               "run tests/docs/check_manuals.py --update")


# --- the pages themselves

def check_version():
    version = source("VERSION").strip()
    for page in PAGES:
        if f'.Os "pam_awsrole {version}"\n' not in page.read_text("utf-8"):
            differ(f"{page.name} is not of version {version}: correct its .Os")


def check_lint():
    if shutil.which("mandoc") is None:
        print("skipped: mandoc is not installed (package mandoc)")
        return
    for page in PAGES:
        result = subprocess.run(
            ["mandoc", "-Tlint", "-W", "warning", page.name], cwd=MAN,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            check=False)
        for line in result.stdout.splitlines():
            if not (page == MODULE_PAGE and line.endswith(LINT_IS_MEANT)):
                differ(line)


def page_examples():
    text = CONFIG_PAGE.read_text(encoding="utf-8")
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed$",
                            section(CONFIG_PAGE, "EXAMPLES"),
                            re.MULTILINE | re.DOTALL):
        line = text[:text.index(block)].count("\n") + 1
        yield (f"{CONFIG_PAGE.name}:{line}",
               block.replace(r"\e", "\\").replace(r"\&", ""))


def readme_examples():
    text = source("README.md")
    for match in re.finditer(r"^```ini\n(.*?)^```$", text,
                             re.MULTILINE | re.DOTALL):
        line = text[:match.start(1)].count("\n") + 1
        yield f"README.md:{line}", match.group(1)


def is_awsfile(text):
    """AWS's own file, not ours."""
    return re.search(r"^(aws_access_key_id|source_profile)\b", text,
                     re.MULTILINE) is not None


def check_examples():
    helper = BUILD / "awsrole-helper"
    page = [e for e in page_examples() if not is_awsfile(e[1])]
    readme = [e for e in readme_examples() if not is_awsfile(e[1])]
    for name, examples in ((CONFIG_PAGE.name, page), ("README.md", readme)):
        if not examples:
            differ(f"{name} shows no configuration")
    if not helper.exists():
        print(f"skipped: the examples, since {helper} is not built")
        return
    if os.geteuid() != 0:
        print("skipped: the examples, since only root can make files of root")
        return
    for place, text in page + readme:
        with tempfile.TemporaryDirectory(prefix="awsrole-", dir="/tmp") as top:
            os.chmod(top, 0o755)
            path = Path(top) / "awsrole.conf"
            path.write_text(text, encoding="utf-8")
            path.chmod(0o644)
            result = subprocess.run(
                # Not as root, who would look with the eyes of the user
                # awsrole, whom this host may not have.
                ["setpriv", "--reuid", "65534", "--regid", "65534",
                 "--clear-groups", helper, "--config", path, "check"],
                text=True, check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, timeout=60)
        if result.returncode != 0:
            differ(f"the example in {place} is refused:\n" +
                   result.stdout.replace(f"{path}", "example").rstrip())


def main():
    if sys.argv[1:] == ["--update"]:
        update()
    elif sys.argv[1:]:
        print("usage: check_manuals.py [--update]")
        return 1
    check_keys()
    check_templates()
    check_module_options()
    check_environment()
    check_results()
    check_fields()
    check_helper_options()
    check_catalogue()
    check_version()
    check_lint()
    check_examples()
    if not differences:
        print("the manual pages agree with the program")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
