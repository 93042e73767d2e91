# Rules of tests/bench; included by the Makefile.

$(BUILD)/bench/timed: tests/bench/timed.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDHARDENING) -o $@ $< -lpam

.PHONY: bench
bench: deps
	@$(MAKE) --no-print-directory all $(BUILD)/bench/timed
	@AWSROLE_BUILD='$(abspath $(BUILD))' tests/world/enter \
	  $(PYTHON) $(CURDIR)/tests/bench/bench.py
