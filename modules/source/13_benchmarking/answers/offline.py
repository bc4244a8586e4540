# %% wrong: all_at_once
# Ignores the batch size and gives the model everything.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    log.scheduled[:] = clock.now_ns()
    log.issued[:] = clock.now_ns()
    log.outputs[0] = model(inputs)
    log.completed[:] = clock.now_ns()

# %% wrong: completed_at_the_end
# Lets every sample complete when the last one does.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    log.scheduled[:] = clock.now_ns()
    for first in range(0, len(inputs), batch_size):
        batch = slice(first, first + batch_size)
        log.issued[batch] = clock.now_ns()
        log.outputs[first] = model(inputs[batch])
    log.completed[:] = clock.now_ns()

# %% wrong: drops_the_tail
# Serves whole batches only.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    log.scheduled[:] = clock.now_ns()
    for first in range(0, len(inputs) - batch_size + 1, batch_size):
        batch = slice(first, first + batch_size)
        log.issued[batch] = clock.now_ns()
        log.outputs[first] = model(inputs[batch])
        log.completed[batch] = clock.now_ns()

# %% wrong: first_sample_only
# Logs the completion of a batch for its first sample alone.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    log.scheduled[:] = clock.now_ns()
    for first in range(0, len(inputs), batch_size):
        batch = slice(first, first + batch_size)
        log.issued[batch] = clock.now_ns()
        log.outputs[first] = model(inputs[batch])
        log.completed[first] = clock.now_ns()

# %% wrong: issued_at_the_start
# Calls every sample issued when the run starts.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    log.scheduled[:] = log.issued[:] = clock.now_ns()
    for first in range(0, len(inputs), batch_size):
        batch = slice(first, first + batch_size)
        log.outputs[first] = model(inputs[batch])
        log.completed[batch] = clock.now_ns()

# %% wrong: one_by_one
# Gives the model one sample at a time.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    log.scheduled[:] = clock.now_ns()
    for i in range(len(inputs)):
        log.issued[i] = clock.now_ns()
        log.outputs[i] = model(inputs[i : i + 1])
        log.completed[i] = clock.now_ns()

# %% wrong: outputs_by_batch_number
# Stores outputs at the number of the batch, not at its first sample.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    log.scheduled[:] = clock.now_ns()
    for number, first in enumerate(range(0, len(inputs), batch_size)):
        batch = slice(first, first + batch_size)
        log.issued[batch] = clock.now_ns()
        log.outputs[number] = model(inputs[batch])
        log.completed[batch] = clock.now_ns()

# %% wrong: pads_the_tail
# Fills the last batch up with copies of the last sample.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    log.scheduled[:] = clock.now_ns()
    for first in range(0, len(inputs), batch_size):
        batch = inputs[first : first + batch_size]
        missing = batch_size - len(batch)
        end = first + len(batch)
        log.issued[first:end] = clock.now_ns()
        log.outputs[first] = model(np.concatenate([batch, np.repeat(batch[-1:], missing, axis=0)]))[: len(batch)]
        log.completed[first:end] = clock.now_ns()

# %% wrong: scheduled_with_each_batch
# Starts the latency of a batch when its turn comes.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    for first in range(0, len(inputs), batch_size):
        batch = slice(first, first + batch_size)
        log.scheduled[batch] = log.issued[batch] = clock.now_ns()
        log.outputs[first] = model(inputs[batch])
        log.completed[batch] = clock.now_ns()

# %% wrong: time_shared_out
# Divides the time of a batch among its samples.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    log.scheduled[:] = clock.now_ns()
    for first in range(0, len(inputs), batch_size):
        batch = slice(first, first + batch_size)
        begin = clock.now_ns()
        log.issued[batch] = begin
        log.outputs[first] = model(inputs[batch])
        n = len(inputs[batch])
        log.completed[batch] = begin + (clock.now_ns() - begin) * np.arange(1, n + 1) // n

# %% right: batch_numbers
# Counts batches and rounds their number up.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    start = clock.now_ns()
    for k in range(math.ceil(len(inputs) / batch_size)):
        a, b = k * batch_size, min((k + 1) * batch_size, len(inputs))
        log.scheduled[a:b] = start
        log.issued[a:b] = clock.now_ns()
        log.outputs[a] = model(inputs[a:b])
        log.completed[a:b] = clock.now_ns()

# %% right: split
# Cuts the samples up beforehand.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    n = len(inputs)
    log.scheduled[:] = [clock.now_ns()] * n
    first = 0
    for batch in np.split(inputs, range(batch_size, n, batch_size)):
        end = first + len(batch)
        issued = clock.now_ns()
        outputs = model(batch)
        completed = clock.now_ns()
        log.issued[first:end], log.completed[first:end], log.outputs[first] = issued, completed, outputs
        first = end

# %% right: while
# Moves a window over the samples.
#| export loadgen
def offline(model: Model, inputs: Array, batch_size: int, clock: Clock, log: QueryLog) -> None:
    begin = clock.now_ns()
    position = 0
    while position < len(inputs):
        batch = inputs[position : position + batch_size]
        given = clock.now_ns()
        log.outputs[position] = model(batch)
        ended = clock.now_ns()
        for i in range(position, position + len(batch)):
            log.scheduled[i] = begin
            log.issued[i] = given
            log.completed[i] = ended
        position += len(batch)
