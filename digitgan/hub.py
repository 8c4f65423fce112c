"""What other people publish on the Hugging Face hub: models, data sets."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from digitgan.errors import InputError, import_extra

PREFIX = "hf://"
MODEL_FILES = (  # nothing else is downloaded or published
    "README.md",
    "gan.keras",
    "generator.onnx",
    "model.json",
    "samples.png",
    "styles.npz",
)


def download(
    field: str,
    address: str,
    patterns: Sequence[str] = MODEL_FILES,
    repo_type: str = "model",
) -> Path:
    """Bring a repository into the hub's own cache, unless it is there.

    Args:
        field: The argument that named it.
        address: ``hf://user/name``.
        patterns: Of the files that are wanted.
        repo_type: ``model`` or ``dataset``.

    Returns:
        The folder; its files are checked as those of any other when they are read.

    Raises:
        InputError: The address is none, there is no such repository, or huggingface-hub
            is not installed.
        OSError: The hub cannot be reached and the cache does not hold it.
    """
    hub, repo = import_hub(field, address), address.removeprefix(PREFIX)
    check_repo(field, address, repo)
    try:
        folder = hub.snapshot_download(
            repo, repo_type=repo_type, allow_patterns=patterns
        )
    except hub.errors.RepositoryNotFoundError as error:
        allowed = "a repository that you may read (a private one after  hf auth login)"
        problem = "is not on the hub, or not for you"
        raise InputError(field, address, allowed, problem) from error
    except hub.errors.LocalEntryNotFoundError as error:
        raise OSError(f"{field} {address!r}: the hub cannot be reached") from error
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
