/* retry.c - see retry.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/retry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { FAILURES_BYTES = 400 };

/* What to do after an attempt that failed. */
enum verdict { GIVE_UP, AGAIN, ELSEWHERE };

/* One run. */
struct running {
    const struct retry_plan *plan;
    struct deadline deadline;
    bool out[RETRY_PLACES_MAX]; /* not asked again */
    size_t left;                /* places that are not out */
    unsigned attempts;
    size_t last;                            /* the place of the last attempt */
    enum error_code code[RETRY_PLACES_MAX]; /* of the last one there */
};

static enum verdict judge(const struct error *error,
                          const struct retry_hint *hint)
{
    switch (error->code) {
    case ERROR_UNREACHABLE:
    case ERROR_PROXY:
    case ERROR_THROTTLED:
    case ERROR_AWS_FAILURE:
    case ERROR_IDENTITY_PROVIDER:
        return AGAIN;
    case ERROR_AWS_TIMEOUT:
    case ERROR_REGION_DISABLED:
        return ELSEWHERE;
    default:
        return hint->broke ? AGAIN : GIVE_UP;
    }
}

int64_t retry_delay_ms(unsigned round, long after_ms, int64_t left_ms,
                       uint32_t chance)
{
    const int64_t room = left_ms - RETRY_ATTEMPT_MS;
    int64_t longest = RETRY_LONGEST_MS;

    if (room < 0)
        return -1;
    if (after_ms > 0) {
        if (after_ms > room)
            return -1;
        return after_ms < RETRY_LONGEST_MS ? after_ms : RETRY_LONGEST_MS;
    }
    if (round < 5 && (1000 << round) < longest)
        longest = 1000 << round;
    if (longest > room)
        longest = room;
    return longest * (int64_t)chance / UINT32_MAX;
}

/* Wait between two rounds. False when there is no time for another. */
static bool wait_for_round(const struct running *running, unsigned round,
                           long after_ms)
{
    struct timespec pause;
    uint32_t chance = 0;
    int64_t delay;

    if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) != sizeof(chance)) {
        (void)clock_gettime(CLOCK_MONOTONIC, &pause);
        chance = (uint32_t)pause.tv_nsec * 2654435761U;
    }
    delay = retry_delay_ms(round, after_ms, deadline_left_ms(running->deadline),
                           chance);
    if (delay < 0)
        return false;
    pause.tv_sec = delay / 1000;
    pause.tv_nsec = delay % 1000 * 1000000;
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, &pause) == EINTR)
        continue;
    return true;
}

/* One attempt, with its part of what is left. `behind`: how many places this
 * round has after this one. */
static int attempt(struct running *running, size_t place, size_t behind,
                   struct retry_hint *hint, struct error *error)
{
    const struct retry_plan *plan = running->plan;
    struct deadline deadline = running->deadline;
    int result;

    if (behind > 0)
        deadline =
            deadline_in(deadline_left_ms(deadline) / (int64_t)(behind + 1));
    *hint = (struct retry_hint){0};
    running->attempts++;
    running->last = place;
    result = plan->attempt(plan->context, place, deadline, hint, error);
    running->code[place] = result == 0 ? ERROR_NONE : error->code;
    return result;
}

/* Say how often was tried, and how the other places failed. */
static int tell(const struct running *running, struct error *error)
{
    const struct retry_plan *plan = running->plan;
    const struct error last = *error;
    char others[FAILURES_BYTES] = "";
    size_t length = 0;

    if (running->attempts < 2)
        return -1;
    for (size_t i = 0; i < plan->places; i++) {
        if (i == running->last || running->code[i] == ERROR_NONE ||
            length >= sizeof(others))
            continue;
        length += (size_t)snprintf(others + length, sizeof(others) - length,
                                   "%s%s: %s", length > 0 ? ", " : "; ",
                                   plan->name(plan->context, i),
                                   catalogue_entry(running->code[i])->name);
    }
    return error_set(error, last.code, "%.*s (after %u attempts%s)",
                     ERROR_DETAIL_MAX - FAILURES_BYTES - 40, last.detail,
                     running->attempts, others);
}

int retry_run(const struct retry_plan *plan, struct deadline deadline,
              size_t *answered, struct error *error)
{
    struct running running = {
        .plan = plan, .deadline = deadline, .left = plan->places};

    for (unsigned round = 0; round < RETRY_ROUNDS && running.left > 0;
         round++) {
        size_t behind = running.left;
        struct retry_hint hint;
        long after_ms = 0;

        for (size_t i = 0; i < plan->places; i++) {
            size_t place = (plan->first + i) % plan->places;
            enum verdict verdict;

            if (running.out[place])
                continue;
            /* The error that is there says more than "no time left". */
            if (running.attempts > 0 && deadline_left_ms(deadline) == 0)
                return tell(&running, error);
            if (attempt(&running, place, --behind, &hint, error) == 0) {
                *answered = place;
                return 0;
            }
            verdict = judge(error, &hint);
            if (verdict == GIVE_UP)
                return tell(&running, error);
            if (verdict == ELSEWHERE) {
                running.out[place] = true;
                running.left--;
            }
            if (hint.after_ms > after_ms)
                after_ms = hint.after_ms;
        }
        if (running.left == 0 || round + 1 == RETRY_ROUNDS ||
            !wait_for_round(&running, round, after_ms))
            break;
    }
    return tell(&running, error);
}
