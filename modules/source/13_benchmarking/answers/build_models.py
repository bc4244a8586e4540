# %% wrong: one_for_all
# Builds the model for every arm.
#| export perf
def build_models(systems: Mapping[str, System], rng: np.random.Generator) -> dict[str, Model]:
    return {arm: systems["model"].build_anew(rng) for arm in rng.permutation(list(systems)).tolist()}

# %% wrong: without_the_control
# Leaves the control out.
#| export perf
def build_models(systems: Mapping[str, System], rng: np.random.Generator) -> dict[str, Model]:
    return {arm: systems[arm].build_anew(rng) for arm in rng.permutation(list(systems)).tolist() if arm != "control"}

# %% wrong: in_the_systems_order
# Always builds the model first.
#| export perf
def build_models(systems: Mapping[str, System], rng: np.random.Generator) -> dict[str, Model]:
    return {arm: system.build_anew(rng) for arm, system in systems.items()}

# %% wrong: baseline_first
# Always builds the baseline first.
#| export perf
def build_models(systems: Mapping[str, System], rng: np.random.Generator) -> dict[str, Model]:
    return {arm: systems[arm].build_anew(rng) for arm in sorted(systems)}

# %% wrong: global_numpy
# Draws the order from numpy's global random numbers.
#| export perf
def build_models(systems: Mapping[str, System], rng: np.random.Generator) -> dict[str, Model]:
    return {arm: systems[arm].build_anew(rng) for arm in np.random.permutation(list(systems)).tolist()}

# %% wrong: listed_as_the_systems
# Builds in a random order and lists in the given one.
#| export perf
def build_models(systems: Mapping[str, System], rng: np.random.Generator) -> dict[str, Model]:
    models = {}
    for arm in rng.permutation(list(systems)).tolist():
        models[arm] = systems[arm].build_anew(rng)
    return {arm: models[arm] for arm in systems}

# %% wrong: listed_at_random
# Builds in the given order and lists in a random one.
#| export perf
def build_models(systems: Mapping[str, System], rng: np.random.Generator) -> dict[str, Model]:
    models = {arm: system.build_anew(rng) for arm, system in systems.items()}
    return {arm: models[arm] for arm in rng.permutation(list(systems)).tolist()}

# %% wrong: places_of_its_own
# Places the models by random numbers that nobody can have again.
#| export perf
def build_models(systems: Mapping[str, System], rng: np.random.Generator) -> dict[str, Model]:
    return {
        arm: systems[arm].build_anew(np.random.default_rng()) for arm in rng.permutation(list(systems)).tolist()
    }

# %% wrong: the_same_place_for_all
# Places every model by the same random numbers.
#| export perf
def build_models(systems: Mapping[str, System], rng: np.random.Generator) -> dict[str, Model]:
    return {
        arm: systems[arm].build_anew(np.random.default_rng(0)) for arm in rng.permutation(list(systems)).tolist()
    }

# %% right: shuffle
# Shuffles a list of the arms.
#| export perf
def build_models(systems: Mapping[str, System], rng: np.random.Generator) -> dict[str, Model]:
    arms, models = list(systems), {}
    rng.shuffle(arms)
    for arm in arms:
        models[arm] = systems[arm].build_anew(rng)
    return models

# %% right: names_of_numpy
# Keeps the names as numpy has them.
#| export perf
def build_models(systems: Mapping[str, System], rng: np.random.Generator) -> dict[str, Model]:
    return {arm: systems[arm].build_anew(rng) for arm in rng.permutation(list(systems))}

# %% right: by_number
# Draws numbers and sorts by them.
#| export perf
def build_models(systems: Mapping[str, System], rng: np.random.Generator) -> dict[str, Model]:
    arms = list(systems.items())
    order = np.argsort(rng.random(len(arms)))
    return dict((arms[i][0], arms[i][1].build_anew(rng)) for i in order)

# %% right: one_after_the_other
# Chooses the next arm among those that are left.
#| export perf
def build_models(systems: Mapping[str, System], rng: np.random.Generator) -> dict[str, Model]:
    left, models = list(systems), {}
    while left:
        arm = left.pop(int(rng.integers(len(left))))
        models[arm] = systems[arm].build_anew(rng)
    return models
