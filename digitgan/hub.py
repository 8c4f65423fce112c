"""What other people publish on the Hugging Face hub: models, data sets."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from digitgan.errors import ExportFailed, InputError, import_extra

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
    """Bring a repository, ``hf://user/name[@revision]``, into the hub's own cache.

    Its files are checked as those of any other folder when they are read.

    Raises:
        InputError: It is not there, or huggingface-hub is not installed.
        OSError: The hub cannot be reached and the cache does not hold it.
    """
    hub = import_hub(field, address)
    repo, _, revision = address.removeprefix(PREFIX).partition("@")
    check_repo(field, address, repo)
    try:
        folder = hub.snapshot_download(
            repo,
            repo_type=repo_type,
            revision=revision or None,
            allow_patterns=patterns,
        )
    except hub.errors.RevisionNotFoundError as error:
        allowed = "a branch, a tag or a commit of it"
        raise InputError(field, address, allowed, "has no such revision") from error
    except hub.errors.RepositoryNotFoundError as error:
        allowed = "a repository that you may read (a private one after  hf auth login)"
        problem = "is not on the hub, or not for you"
        raise InputError(field, address, allowed, problem) from error
    except hub.errors.LocalEntryNotFoundError as error:
        raise OSError(f"{field} {address!r}: the hub cannot be reached") from error
    return Path(folder)


def upload(
    repo: str,
    files: Mapping[str, Path | bytes],
    message: str,
    repo_type: str = "model",
) -> str:
    """Put files into a repository, made unless it is there; return its address.

    Raises:
        InputError: The name is none, there is no token, or no huggingface-hub.
        ExportFailed: The hub refused.
        OSError: The hub cannot be reached.
    """
    check_repo("repo", repo, repo)
    hub = import_hub("repo", repo)
    if not hub.get_token():
        problem = "needs a token of the hub that may write: log in with  hf auth login"
        raise InputError("repo", repo, problem=f"{problem}, or set HF_TOKEN")
    api = hub.HfApi(library_name="digitgan")
    added = [hub.CommitOperationAdd(name, what) for name, what in files.items()]
    try:
        address = api.create_repo(repo, repo_type=repo_type, exist_ok=True)
        api.create_commit(repo, added, commit_message=message, repo_type=repo_type)
    except hub.errors.HfHubHTTPError as error:
        answer = error.response
        reason = f"{answer.status_code} {error.server_message or answer.reason_phrase}"
        raise ExportFailed(f"repo {repo!r}: the hub refused ({reason})") from error
    except hub.errors.HTTPError as error:  # of the library that it asks with
        raise OSError(f"repo {repo!r}: the hub cannot be reached") from error
    return str(address)


def import_hub(field: str, value: str) -> ModuleType:
    """Import huggingface_hub; an :class:`InputError` where it is not installed."""
    hub = import_extra("huggingface_hub", field, value)
    for module in ("errors", "utils"):  # which it does not import by itself
        import_module(f"huggingface_hub.{module}")
    return hub


def check_repo(field: str, value: str, repo: str) -> None:
    """Refuse what cannot be the name of a repository on the hub, ``user/name``."""
    allowed = f"{PREFIX * value.startswith(PREFIX)}user/name"
    if repo.count("/") != 1:
        raise InputError(field, value, allowed)
    try:
        import_hub(field, value).utils.validate_repo_id(repo)
    except ValueError as error:
        reason = f"{error}".split(":")[0]
        raise InputError(field, value, allowed, f"is no name: {reason}") from error
