# %% wrong: at_twenty
# Counts a load of exactly 20 % as over it.
#| export validator
def closed_loop(
    scheduled_ns: IntArray, issued_ns: IntArray, completed_ns: IntArray
) -> Pitfall | None:
    took_ns = max(1, int(completed_ns[-1] - scheduled_ns[0]))
    busy = int((completed_ns - issued_ns).sum()) / took_ns
    overlaps = bool((scheduled_ns[1:] < completed_ns[:-1]).any())
    if len(scheduled_ns) < 30 or busy < 0.2 or overlaps:
        return None
    evidence = f"no overlap among {len(scheduled_ns)} queries at {busy:.0%} load"
    return Pitfall("closed loop", "the sender waited", evidence, "fix the arrivals beforehand", "invalid")

# %% wrong: busy_with_waiting
# Takes latency for work.
#| export validator
def closed_loop(
    scheduled_ns: IntArray, issued_ns: IntArray, completed_ns: IntArray
) -> Pitfall | None:
    took_ns = max(1, int(completed_ns[-1] - scheduled_ns[0]))
    busy = int((completed_ns - scheduled_ns).sum()) / took_ns
    overlaps = bool((scheduled_ns[1:] < completed_ns[:-1]).any())
    if len(scheduled_ns) < 30 or busy <= 0.2 or overlaps:
        return None
    evidence = f"no overlap among {len(scheduled_ns)} queries at {busy:.0%} load"
    return Pitfall("closed loop", "the sender waited", evidence, "fix the arrivals beforehand", "invalid")

# %% wrong: equal_is_overlap
# Takes a query that is due at the very answer for an overlap.
#| export validator
def closed_loop(
    scheduled_ns: IntArray, issued_ns: IntArray, completed_ns: IntArray
) -> Pitfall | None:
    took_ns = max(1, int(completed_ns[-1] - scheduled_ns[0]))
    busy = int((completed_ns - issued_ns).sum()) / took_ns
    overlaps = bool((scheduled_ns[1:] <= completed_ns[:-1]).any())
    if len(scheduled_ns) < 30 or busy <= 0.2 or overlaps:
        return None
    evidence = f"no overlap among {len(scheduled_ns)} queries at {busy:.0%} load"
    return Pitfall("closed loop", "the sender waited", evidence, "fix the arrivals beforehand", "invalid")

# %% wrong: every_query
# Wants an overlap at every query before it believes in an open loop.
#| export validator
def closed_loop(
    scheduled_ns: IntArray, issued_ns: IntArray, completed_ns: IntArray
) -> Pitfall | None:
    took_ns = max(1, int(completed_ns[-1] - scheduled_ns[0]))
    busy = int((completed_ns - issued_ns).sum()) / took_ns
    overlaps = bool((scheduled_ns[1:] < completed_ns[:-1]).all())
    if len(scheduled_ns) < 30 or busy <= 0.2 or overlaps:
        return None
    evidence = f"no overlap among {len(scheduled_ns)} queries at {busy:.0%} load"
    return Pitfall("closed loop", "the sender waited", evidence, "fix the arrivals beforehand", "invalid")

# %% wrong: from_issued
# Looks for a query that was issued before the last was answered: one server never does.
#| export validator
def closed_loop(
    scheduled_ns: IntArray, issued_ns: IntArray, completed_ns: IntArray
) -> Pitfall | None:
    took_ns = max(1, int(completed_ns[-1] - scheduled_ns[0]))
    busy = int((completed_ns - issued_ns).sum()) / took_ns
    overlaps = bool((issued_ns[1:] < completed_ns[:-1]).any())
    if len(scheduled_ns) < 30 or busy <= 0.2 or overlaps:
        return None
    evidence = f"no overlap among {len(scheduled_ns)} queries at {busy:.0%} load"
    return Pitfall("closed loop", "the sender waited", evidence, "fix the arrivals beforehand", "invalid")

# %% wrong: from_the_first_issued
# Counts the time from when the first query was issued.
#| export validator
def closed_loop(
    scheduled_ns: IntArray, issued_ns: IntArray, completed_ns: IntArray
) -> Pitfall | None:
    took_ns = max(1, int(completed_ns[-1] - issued_ns[0]))
    busy = int((completed_ns - issued_ns).sum()) / took_ns
    overlaps = bool((scheduled_ns[1:] < completed_ns[:-1]).any())
    if len(scheduled_ns) < 30 or busy <= 0.2 or overlaps:
        return None
    evidence = f"no overlap among {len(scheduled_ns)} queries at {busy:.0%} load"
    return Pitfall("closed loop", "the sender waited", evidence, "fix the arrivals beforehand", "invalid")

# %% wrong: only_a_warning
# Leaves the severity at a warning.
#| export validator
def closed_loop(
    scheduled_ns: IntArray, issued_ns: IntArray, completed_ns: IntArray
) -> Pitfall | None:
    took_ns = max(1, int(completed_ns[-1] - scheduled_ns[0]))
    busy = int((completed_ns - issued_ns).sum()) / took_ns
    overlaps = bool((scheduled_ns[1:] < completed_ns[:-1]).any())
    if len(scheduled_ns) < 30 or busy <= 0.2 or overlaps:
        return None
    evidence = f"no overlap among {len(scheduled_ns)} queries at {busy:.0%} load"
    return Pitfall("closed loop", "the sender waited", evidence, "fix the arrivals beforehand")

# %% wrong: other_name
# Calls it coordinated omission.
#| export validator
def closed_loop(
    scheduled_ns: IntArray, issued_ns: IntArray, completed_ns: IntArray
) -> Pitfall | None:
    took_ns = max(1, int(completed_ns[-1] - scheduled_ns[0]))
    busy = int((completed_ns - issued_ns).sum()) / took_ns
    overlaps = bool((scheduled_ns[1:] < completed_ns[:-1]).any())
    if len(scheduled_ns) < 30 or busy <= 0.2 or overlaps:
        return None
    evidence = f"no overlap among {len(scheduled_ns)} queries at {busy:.0%} load"
    return Pitfall("coordinated omission", "the sender waited", evidence, "fix the arrivals beforehand", "invalid")

# %% wrong: over_thirty
# Needs more than 30 queries.
#| export validator
def closed_loop(
    scheduled_ns: IntArray, issued_ns: IntArray, completed_ns: IntArray
) -> Pitfall | None:
    took_ns = max(1, int(completed_ns[-1] - scheduled_ns[0]))
    busy = int((completed_ns - issued_ns).sum()) / took_ns
    overlaps = bool((scheduled_ns[1:] < completed_ns[:-1]).any())
    if len(scheduled_ns) <= 30 or busy <= 0.2 or overlaps:
        return None
    evidence = f"no overlap among {len(scheduled_ns)} queries at {busy:.0%} load"
    return Pitfall("closed loop", "the sender waited", evidence, "fix the arrivals beforehand", "invalid")

# %% wrong: half_the_time
# Asks for a load of a half.
#| export validator
def closed_loop(
    scheduled_ns: IntArray, issued_ns: IntArray, completed_ns: IntArray
) -> Pitfall | None:
    took_ns = max(1, int(completed_ns[-1] - scheduled_ns[0]))
    busy = int((completed_ns - issued_ns).sum()) / took_ns
    overlaps = bool((scheduled_ns[1:] < completed_ns[:-1]).any())
    if len(scheduled_ns) < 30 or busy <= 0.5 or overlaps:
        return None
    evidence = f"no overlap among {len(scheduled_ns)} queries at {busy:.0%} load"
    return Pitfall("closed loop", "the sender waited", evidence, "fix the arrivals beforehand", "invalid")

# %% wrong: any_number
# Judges a handful of queries.
#| export validator
def closed_loop(
    scheduled_ns: IntArray, issued_ns: IntArray, completed_ns: IntArray
) -> Pitfall | None:
    took_ns = max(1, int(completed_ns[-1] - scheduled_ns[0]))
    busy = int((completed_ns - issued_ns).sum()) / took_ns
    overlaps = bool((scheduled_ns[1:] < completed_ns[:-1]).any())
    if len(scheduled_ns) < 10 or busy <= 0.2 or overlaps:
        return None
    evidence = f"no overlap among {len(scheduled_ns)} queries at {busy:.0%} load"
    return Pitfall("closed loop", "the sender waited", evidence, "fix the arrivals beforehand", "invalid")

# %% right: positive
# Says when it is one.
#| export validator
def closed_loop(
    scheduled_ns: IntArray, issued_ns: IntArray, completed_ns: IntArray
) -> Pitfall | None:
    n = len(scheduled_ns)
    span = completed_ns.max() - scheduled_ns.min()
    load = np.sum(completed_ns - issued_ns) / span if span > 0 else 0.0
    waits = np.all(scheduled_ns[1:] >= completed_ns[:-1])
    if n >= 30 and load > 0.2 and waits:
        return Pitfall(
            name="closed loop",
            claim="it asks when it was answered",
            evidence=f"{n} queries, load {load:.2f}",
            remedy="draw the arrivals first",
            severity="invalid",
        )
    return None

# %% right: loop
# Goes through the queries one by one.
#| export validator
def closed_loop(
    scheduled_ns: IntArray, issued_ns: IntArray, completed_ns: IntArray
) -> Pitfall | None:
    if len(scheduled_ns) < 30:
        return None
    work = 0
    for i in range(len(scheduled_ns)):
        if i and scheduled_ns[i] < completed_ns[i - 1]:
            return None
        work += int(completed_ns[i]) - int(issued_ns[i])
    if 5 * work <= int(completed_ns[-1]) - int(scheduled_ns[0]):
        return None
    return Pitfall("closed loop", "a sender that waits", f"{work} ns of work", "use an open loop", "invalid")

# %% right: early_returns
# Returns early, one rule after the other.
#| export validator
def closed_loop(
    scheduled_ns: IntArray, issued_ns: IntArray, completed_ns: IntArray
) -> Pitfall | None:
    few = scheduled_ns.size < 30
    if few:
        return None
    if np.any(np.subtract(scheduled_ns[1:], completed_ns[:-1]) < 0):
        return None
    whole = float(completed_ns[-1] - scheduled_ns[0])
    share = float((completed_ns - issued_ns).sum()) / whole
    if not share > 0.2:
        return None
    found = Pitfall("closed loop", "nobody queues", f"busy for {share:.0%}", "send on a schedule")
    return found._replace(severity="invalid")

# %% equivalent: no_time_at_all
# It keeps a run of 0 ns from a division by 0; 30 queries that are served take more than 2 ns.
# - took_ns = max(1, int(completed_ns.max() - scheduled_ns[0]))
# + took_ns = max(2, int(completed_ns.max() - scheduled_ns[0]))
# + took_ns = max(0, int(completed_ns.max() - scheduled_ns[0]))

# %% equivalent: as_many
# Each query has three moments.
# - if len(scheduled_ns) < 30 or busy <= 0.2 or overlaps:
# + if len(issued_ns) < 30 or busy <= 0.2 or overlaps:
# + if len(completed_ns) < 30 or busy <= 0.2 or overlaps:

# %% equivalent: words
# Name and severity are asked for; what claim, evidence and remedy say is the student's. Each query has three moments.
# - claim, n = ('the sender waited for answers', len(scheduled_ns))
# + claim, n = ('', len(scheduled_ns))
# + claim, n = ('the sender waited for answers', len(issued_ns))
# + claim, n = ('the sender waited for answers', len(completed_ns))

# %% equivalent: words_2
# Name and severity are asked for; what claim, evidence and remedy say is the student's.
# - evidence = f'none of {n} was due before the last was answered, at {busy:.0%} load'
# + evidence = ''
# + evidence = f'none of {claim} was due before the last was answered, at {busy:.0%} load'

# %% equivalent: words_3
# Name and severity are asked for; what claim, evidence and remedy say is the student's.
# - remedy = 'fix the arrivals beforehand and count latency from them, as server() does'
# + remedy = ''

# %% equivalent: words_4
# Name and severity are asked for; what claim, evidence and remedy say is the student's.
# - return Pitfall('closed loop', claim, evidence, remedy, 'invalid')
# + return Pitfall('closed loop', evidence, claim, remedy, 'invalid')
# + return Pitfall('closed loop', claim, remedy, evidence, 'invalid')
# + return Pitfall('closed loop', n, evidence, remedy, 'invalid')
