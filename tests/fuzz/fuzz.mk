# Fuzz targets (libFuzzer); included by the Makefile. See README.md here.
#
# make fuzz [SECONDS=60] [TARGETS='aws_file url']

FUZZ_CC ?= clang
FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%, \
	$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_PROGRAMS := $(FUZZ_TARGETS:%=$(BUILD)/fuzz/fuzz_%)
# Seconds for each target of `make fuzz`.
SECONDS ?= 60
fuzz_sanitizers := address,undefined
fuzz_sources := $(HELPER_SOURCES) $(NETWORK_SOURCES) pam_awsrole/options.c
fuzz_objects := $(fuzz_sources:%.c=$(BUILD)/fuzz/objects/%.o)
fuzz_library := $(BUILD)/fuzz/libfuzzed.a
fuzz_wrap := -Wl,--wrap=trusted_open -Wl,--wrap=trusted_open_folder \
	-Wl,--wrap=trusted_read
# This compiler and these sanitizers, whatever the rest is built with.
fuzz_cflags = $(filter-out $(HARDENING),$(ALL_CFLAGS)) $(network_cflags) \
	-Itests/fuzz -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all

$(BUILD)/fuzz/objects/%.o: %.c Makefile VERSION tests/fuzz/fuzz.mk
	@mkdir -p $(@D)
	$(FUZZ_CC) $(fuzz_cflags) -fsanitize=fuzzer-no-link,$(fuzz_sanitizers) \
	  -MMD -MP -c -o $@ $<

# An archive, so that a program holds only what its target reaches.
$(fuzz_library): $(fuzz_objects)
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/fuzz/fuzz_%: $(BUILD)/fuzz/objects/tests/fuzz/fuzz_%.o \
		$(BUILD)/fuzz/objects/tests/fuzz/memory_files.o $(fuzz_library)
	$(FUZZ_CC) -fsanitize=fuzzer,$(fuzz_sanitizers) $(fuzz_wrap) -o $@ \
	  $^ $(helper_libs) $(network_libs)

.PRECIOUS: $(BUILD)/fuzz/objects/%.o

.PHONY: fuzz-programs
fuzz-programs: $(FUZZ_PROGRAMS)

.PHONY: fuzz
fuzz: deps
	@$(MAKE) --no-print-directory fuzz-programs
	@AWSROLE_BUILD='$(abspath $(BUILD))' tests/fuzz/run --seconds $(SECONDS) \
	  $(TARGETS)

# `make check` replays the seeds and fuzzes for a little while.
.PHONY: fuzz-programs-where-possible
fuzz-programs-where-possible: deps
	@if FUZZ_CC='$(FUZZ_CC)' tests/fuzz/run --can-build; then \
	  $(MAKE) --no-print-directory fuzz-programs; fi

check: fuzz-programs-where-possible
