"""The subcommands of `tinytorch`, a file each, with an `add_...` that declares it; `tinytorch.cli` lists them."""
