# pam_awsrole. `make help` lists what there is.

VERSION := $(shell cat VERSION)

PREFIX ?= /usr
SYSCONFDIR ?= /etc
LIBEXECDIR ?= $(PREFIX)/libexec
PAMDIR ?= $(PREFIX)/lib/$(shell $(CC) -dumpmachine)/security
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/pam_awsrole
BUILD ?= build
PKG_CONFIG ?= pkg-config
PYTHON ?= /usr/bin/python3

NETWORK_LIBRARIES := libcurl libcrypto expat
HELPER_LIBRARIES := libacl libcjson

HARDENING := -fstack-protector-strong -fstack-clash-protection \
	-D_FORTIFY_SOURCE=2
ifeq ($(shell $(CC) -dumpmachine | cut -d- -f1),x86_64)
HARDENING += -fcf-protection=full
endif
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla -Wundef \
	-Wcast-qual -Wformat=2 -Wconversion -Wno-sign-conversion
ifdef WERROR
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
HARDENING := --coverage -O0
LDHARDENING += --coverage
endif

CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -Ihelper -I. -fPIC $(WARNINGS) \
	$(HARDENING) -DVERSION='"$(VERSION)"' -DLIBEXECDIR='"$(LIBEXECDIR)"' \
	-DCONFDIR='"$(SYSCONFDIR)/awsrole"' $(CFLAGS)

# What is linked into what.
MODULE_SOURCES := $(wildcard pam_awsrole/*.c helper/protocol/*.c)
NETWORK_SOURCES := $(wildcard helper/aws/*.c helper/source/*.c) \
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

network_cflags := $(shell $(PKG_CONFIG) --cflags $(NETWORK_LIBRARIES))
network_libs := $(shell $(PKG_CONFIG) --libs $(NETWORK_LIBRARIES))
helper_libs := $(shell $(PKG_CONFIG) --libs $(HELPER_LIBRARIES))

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
	$(CC) -pie -rdynamic $(LDHARDENING) $(LDFLAGS) -Wl,-rpath,'$$ORIGIN' \
	  -o $@ $^ $(helper_libs)

$(NETWORK): $(network_objects)
	$(CC) -shared $(LDHARDENING) $(LDFLAGS) -o $@ $^ $(network_libs)

# Unit tests: every tests/unit/test_*.c is one program, linked with all of the
# helper but its main.
unit_sources := $(wildcard tests/unit/test_*.c)
UNIT_TESTS := $(unit_sources:tests/unit/%.c=$(BUILD)/unit/%)

$(BUILD)/unit/%: tests/unit/%.c $(helper_objects) $(network_objects)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(network_cflags) -Itests/unit -MMD -MP \
	  -MF $@.d $(LDHARDENING) -o $@ $< \
	  $(helper_objects) $(network_objects) $(helper_libs) \
	  $(network_libs) -lcmocka

.PHONY: unit
unit: $(UNIT_TESTS)
	@set -e; for test in $(UNIT_TESTS); do $$test; done

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.PHONY: clean
clean:
	rm -rf $(BUILD)
