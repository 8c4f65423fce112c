"""Models of other people, from the Hugging Face hub."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

from digitgan.errors import InputError, import_extra

HUB_PREFIX = "hf://"
MODEL_FILES = (  # nothing else is downloaded or published
    "README.md",
    "gan.keras",
    "generator.onnx",
    "model.json",
    "samples.png",
    "styles.npz",
)


def download(address: str) -> Path:
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
    hub, repo = import_hub("model", address), address.removeprefix(HUB_PREFIX)
    check_repo("model", address, repo)
    try:
        folder = hub.snapshot_download(repo, allow_patterns=MODEL_FILES)
    except hub.errors.RepositoryNotFoundError as error:
        allowed = "a repository that you may read (a private one after  hf auth login)"
        problem = "is not on the hub, or not for you"
        raise InputError("model", address, allowed, problem) from error
    except hub.errors.LocalEntryNotFoundError as error:
        raise OSError(f"model {address!r}: the hub cannot be reached") from error
    return Path(folder)


def import_hub(field: str, value: str) -> ModuleType:
    """Import huggingface_hub.

    Raises:
        InputError: It is not installed.
    """
    hub = import_extra("huggingface_hub", field, value)
    for module in ("errors", "utils"):  # which it does not import by itself
        import_module(f"huggingface_hub.{module}")
    return hub


def check_repo(field: str, value: str, repo: str) -> None:
    """Refuse what cannot be the name of a repository on the hub.

    Args:
        field: The argument that named it.
        value: What was given, maybe with a prefix.
        repo: What of it should be ``user/name``.

    Raises:
        InputError: It is not.
    """
    allowed = value.removesuffix(repo) + "user/name"
    if repo.count("/") != 1:
        raise InputError(field, value, allowed)
    try:
        import_hub(field, value).utils.validate_repo_id(repo)
    except ValueError as error:
        reason = f"{error}".split(":")[0]
        raise InputError(field, value, allowed, f"is no name: {reason}") from error
