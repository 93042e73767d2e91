# The module's own tests: a host (real libpam, private confdir below /tmp) and
# helpers that misbehave. Included by the Makefile.

MODULE_TEST_NAMES := test_open test_refused test_host test_service
MODULE_TESTS := $(MODULE_TEST_NAMES:%=$(BUILD)/module-tests/%)
FAKE_HELPER := $(BUILD)/module-tests/fake_helper
module_test_cflags = -Itests/module -fno-builtin-syslog \
	-DMODULE_PATH='"$(abspath $(MODULE))"' \
	-DFAKE_HELPER='"$(abspath $(FAKE_HELPER))"'
module_test_protocol := $(wildcard helper/protocol/*.c)
VALGRIND ?= valgrind -q --keep-debuginfo=yes --leak-check=full \
	--show-leak-kinds=definite --errors-for-leak-kinds=definite \
	--error-exitcode=9 --child-silent-after-fork=yes
ifdef SANITIZE
module_test_environment := MODULE_TEST_LIGHT=1
endif

$(FAKE_HELPER): tests/module/fake_helper.c $(module_test_protocol) \
		$(wildcard helper/protocol/*.h)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDHARDENING) -o $@ \
	  tests/module/fake_helper.c $(module_test_protocol)

# -rdynamic: libpam finds our syslog(), which captures the log.
$(BUILD)/module-tests/test_%: tests/module/test_%.c tests/module/harness.c \
		tests/module/harness.h $(module_test_protocol) Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(module_test_cflags) -rdynamic $(LDHARDENING) \
	  -o $@ $< tests/module/harness.c $(module_test_protocol) \
	  -lcmocka -lpam -lpthread

.PHONY: module-tests
module-tests: $(MODULE) $(FAKE_HELPER) $(MODULE_TESTS)

.PHONY: check-module
check-module: module-tests
	@set -e; for test in $(MODULE_TESTS); do \
	  $(module_test_environment) $$test; done

.PHONY: check-module-valgrind
check-module-valgrind: module-tests
	@set -e; for test in $(MODULE_TESTS); do \
	  MODULE_TEST_LIGHT=valgrind $(VALGRIND) $$test; done
