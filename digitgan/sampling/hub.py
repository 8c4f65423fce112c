"""Models of other people, from the Hugging Face hub."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

from digitgan.errors import InputError, import_extra

PREFIX = "hf://"
FILES = ("README.md", "gan.keras", "generator.onnx", "model.json", "samples.png")
FILES += ("styles.npz",)  # nothing else is fetched


def fetch(address: str) -> Path:
    """Bring a model folder into the hub's own cache, unless it is there.

    Args:
        address: ``hf://user/name``.

    Returns:
        The folder; its files are checked as those of any other when it is opened.

    Raises:
        InputError: The address is none, there is no such model, or huggingface-hub is
            not installed.
        OSError: The hub cannot be reached and the cache does not hold the model.
    """
    hub, repo = library("model", address), address.removeprefix(PREFIX)
    check_repo("model", address, repo)
    try:
        folder = hub.snapshot_download(repo, allow_patterns=FILES)
    except hub.errors.RepositoryNotFoundError as error:
        raise InputError(
            f"model {address!r} is not on the hub, or not for you: check the name, or "
            "log in with  hf auth login"
        ) from error
    except hub.errors.LocalEntryNotFoundError as error:
        raise OSError(f"model {address!r}: the hub cannot be reached") from error
    return Path(folder)


def library(argument: str, value: str) -> ModuleType:
    """Import huggingface_hub.

    Raises:
        InputError: It is not installed.
    """
    hub = import_extra("huggingface_hub", argument, value)
    for part in ("errors", "utils"):  # which it does not open by itself
        import_module(f"huggingface_hub.{part}")
    return hub


def check_repo(argument: str, value: str, repo: str) -> None:
    """Refuse what cannot be the name of a repository on the hub.

    Raises:
        InputError: It is not ``user/name``.
    """
    allowed = value.removesuffix(repo) + "user/name"
    if repo.count("/") != 1:
        raise InputError(f"{argument} {value!r}: allowed is {allowed}")
    try:
        library(argument, value).utils.validate_repo_id(repo)
    except ValueError as error:
        reason = f"{error}".split(":")[0]
        raise InputError(
            f"{argument} {value!r}: {reason}: allowed is {allowed}"
        ) from error
