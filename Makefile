# pam_awsrole. `make help` lists what there is.

VERSION := $(shell cat VERSION)

PREFIX ?= /usr
SYSCONFDIR ?= /etc
LIBEXECDIR ?= $(PREFIX)/libexec
PAMDIR ?= $(PREFIX)/lib/$(shell $(CC) -dumpmachine 2>/dev/null)/security
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/pam_awsrole
DATADIR ?= $(PREFIX)/share/awsrole
BUILD ?= build
PKG_CONFIG ?= pkg-config
PYTHON ?= /usr/bin/python3

NETWORK_LIBRARIES := libcurl libcrypto expat
HELPER_LIBRARIES := libacl libcjson

HARDENING := -fstack-protector-strong -fstack-clash-protection \
	-D_FORTIFY_SOURCE=2
ifeq ($(shell $(CC) -dumpmachine 2>/dev/null | cut -d- -f1),x86_64)
HARDENING += -fcf-protection=full
endif
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla -Wundef \
	-Wcast-qual -Wformat=2 -Wconversion -Wno-sign-conversion
ifdef WERROR
WARNINGS += -Werror
endif
ifdef CI
WARNINGS += -Werror
endif
ifdef SANITIZE
HARDENING := -fsanitize=$(SANITIZE) -fno-omit-frame-pointer \
	-fno-sanitize-recover=all
LDHARDENING := -fsanitize=$(SANITIZE)
else
LDHARDENING := -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed
endif
ifdef COVERAGE
# Not gcov's own execve(): it writes files between clone and exec.
HARDENING := --coverage -O0 -fno-builtin-execve
LDHARDENING += --coverage
endif

CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -Ihelper -I. -fPIC $(WARNINGS) \
	$(HARDENING) -DVERSION='"$(VERSION)"' -DLIBEXECDIR='"$(LIBEXECDIR)"' \
	-DCONFDIR='"$(SYSCONFDIR)/awsrole"' $(CFLAGS)

# What is linked into what.
MODULE_SOURCES := $(wildcard pam_awsrole/*.c helper/protocol/*.c)
NETWORK_SOURCES := $(wildcard helper/aws/*.c helper/source/*.c) \
	helper/rules/template.c \
	helper/session/grant.c
HELPER_SOURCES := $(filter-out $(NETWORK_SOURCES) helper/main.c, \
	$(wildcard helper/base/*.c helper/protocol/*.c helper/rules/*.c \
	helper/session/*.c helper/service/*.c))

# The module's objects are compiled apart from the helper's: hidden.
module_objects := $(MODULE_SOURCES:%.c=$(BUILD)/module/%.o)
network_objects := $(NETWORK_SOURCES:%.c=$(BUILD)/helper-objects/%.o)
helper_objects := $(HELPER_SOURCES:%.c=$(BUILD)/helper-objects/%.o)
main_object := $(BUILD)/helper-objects/helper/main.o

MODULE := $(BUILD)/pam_awsrole.so
HELPER := $(BUILD)/awsrole-helper
NETWORK := $(BUILD)/awsrole-aws.so
PROGRAMS := $(MODULE) $(HELPER) $(NETWORK)

# Silent, since `make deps` is what installs pkg-config; what is missing then
# fails where it is used.
network_cflags := $(shell $(PKG_CONFIG) --cflags $(NETWORK_LIBRARIES) 2>/dev/null)
network_libs := $(shell $(PKG_CONFIG) --libs $(NETWORK_LIBRARIES) 2>/dev/null)
helper_libs := $(shell $(PKG_CONFIG) --libs $(HELPER_LIBRARIES) 2>/dev/null)

.PHONY: all
all: $(PROGRAMS)

$(BUILD)/module/%.o: %.c Makefile VERSION
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fvisibility=hidden -MMD -MP -c -o $@ $<

$(BUILD)/helper-objects/%.o: %.c Makefile VERSION
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(network_cflags) -MMD -MP -c -o $@ $<

$(MODULE): $(module_objects) pam_awsrole/pam_awsrole.map
	$(CC) -shared $(LDHARDENING) $(LDFLAGS) \
	  -Wl,--version-script=pam_awsrole/pam_awsrole.map -Wl,-z,defs \
	  -o $@ $(module_objects) -lpam

# -rdynamic: awsrole-aws.so uses the helper's own base/ and protocol/.
$(HELPER): $(main_object) $(helper_objects)
	$(CC) -pie -rdynamic $(LDHARDENING) $(LDFLAGS) -o $@ $^ $(helper_libs)

$(NETWORK): $(network_objects)
	$(CC) -shared $(LDHARDENING) $(LDFLAGS) -o $@ $^ $(network_libs)

# Unit tests: every tests/unit/test_*.c is one program, linked with all of the
# helper but its main; the other programs there are drivers for Python tests.
unit_sources := $(wildcard tests/unit/*.c)
UNIT_PROGRAMS := $(unit_sources:tests/unit/%.c=$(BUILD)/unit/%)

$(BUILD)/unit/%: tests/unit/%.c $(helper_objects) $(network_objects)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(network_cflags) -Itests/unit -MMD -MP \
	  -MF $@.d $(LDHARDENING) -o $@ $< \
	  $(helper_objects) $(network_objects) $(helper_libs) \
	  $(network_libs) -lcmocka

.PHONY: unit-tests
unit-tests: $(UNIT_PROGRAMS)

-include tests/module/module.mk
-include tests/bench/bench.mk
-include tests/fuzz/fuzz.mk

# Everything that tests run, without running it.
.PHONY: test-programs
test-programs: all unit-tests module-tests

.PHONY: deps
deps:
	@tests/install-packages

.PHONY: check
check: deps
	@$(MAKE) --no-print-directory test-programs
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/sanitized \
	  SANITIZE=address,undefined CFLAGS='-O1 -g' unit-tests module-tests
	@AWSROLE_BUILD='$(abspath $(BUILD))' $(PYTHON) tests/check

# Lines covered by unit, module and end-to-end tests together.
.PHONY: coverage
coverage: deps
	@AWSROLE_BUILD='$(abspath $(BUILD))/coverage' tests/coverage

.PHONY: demo
demo: deps
	@$(MAKE) --no-print-directory all
	@AWSROLE_BUILD='$(abspath $(BUILD))' tests/demo/run

.PHONY: lint
lint: deps
	@CC='$(CC)' BUILD='$(BUILD)' tests/lint

.PHONY: format
format:
	clang-format -i $$(git ls-files '*.c' '*.h')

install_programs := $(DESTDIR)$(PAMDIR)/pam_awsrole.so \
	$(DESTDIR)$(LIBEXECDIR)/awsrole-helper \
	$(DESTDIR)$(LIBEXECDIR)/awsrole-aws.so

.PHONY: install
install: all
	install -D -m 0644 $(MODULE) $(DESTDIR)$(PAMDIR)/pam_awsrole.so
	install -D -m 0755 $(HELPER) $(DESTDIR)$(LIBEXECDIR)/awsrole-helper
	install -D -m 0644 $(NETWORK) $(DESTDIR)$(LIBEXECDIR)/awsrole-aws.so
	install -D -m 0644 README.md $(DESTDIR)$(DOCDIR)/README.md
	install -D -m 0644 LICENSE $(DESTDIR)$(DOCDIR)/LICENSE
	install -D -m 0644 -t $(DESTDIR)$(MANDIR)/man8 packaging/man/*.8
	install -D -m 0644 -t $(DESTDIR)$(MANDIR)/man5 packaging/man/*.5
	install -D -m 0644 CHANGELOG.md $(DESTDIR)$(DOCDIR)/CHANGELOG.md
	install -D -m 0755 -t $(DESTDIR)$(DATADIR)/firewall packaging/firewall/*
	install -d -m 0755 $(DESTDIR)$(SYSCONFDIR)/awsrole

# The configuration in SYSCONFDIR stays: it is the administrator's.
.PHONY: uninstall
uninstall:
	rm -f $(install_programs)
	rm -f $(DESTDIR)$(DOCDIR)/README.md $(DESTDIR)$(DOCDIR)/LICENSE \
	  $(DESTDIR)$(DOCDIR)/CHANGELOG.md
	rm -f $(patsubst packaging/man/%,$(DESTDIR)$(MANDIR)/man8/%, \
	  $(wildcard packaging/man/*.8))
	rm -f $(patsubst packaging/man/%,$(DESTDIR)$(MANDIR)/man5/%, \
	  $(wildcard packaging/man/*.5))
	rm -f $(patsubst packaging/firewall/%,$(DESTDIR)$(DATADIR)/firewall/%, \
	  $(wildcard packaging/firewall/*))
	-rmdir $(DESTDIR)$(DOCDIR)
	-rmdir $(DESTDIR)$(DATADIR)/firewall $(DESTDIR)$(DATADIR)

.PHONY: clean
clean:
	rm -rf $(BUILD)

.PHONY: help
help:
	@echo 'make            build module and helper into $(BUILD)/'
	@echo 'make demo       as root: a login with its role, start to end'
	@echo 'make check      as root: every test'
	@echo 'make coverage   as root: lines covered by the tests'
	@echo 'make bench      as root: what a login costs'
	@echo 'make fuzz       SECONDS=60 for each target of tests/fuzz'
	@echo 'make lint       format, clang-tidy, shellcheck'
	@echo 'make format     clang-format over every file'
	@echo 'make deps       as root: install the packages that these need'
	@echo 'make install    DESTDIR PREFIX PAMDIR LIBEXECDIR SYSCONFDIR'
	@echo 'make uninstall  the same'
	@echo 'make clean'
	@echo
	@echo 'BUILD=DIR  CC=clang  WERROR=1  SANITIZE=address,undefined'

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
